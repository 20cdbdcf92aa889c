// Keeps a list of elements equal to a list of items, touching only what changed: nodes are found again by key.

export interface Keyed {
  readonly key: string;
}

export interface KeyedView<T extends Keyed> {
  create(item: T): HTMLElement;
  /** Called after `create` and whenever an item of the same key has other values. */
  update(element: HTMLElement, item: T): void;
}

/** Returns the step that makes the children of `parent` those of the items, and tells which keys are new. */
export function keyed<T extends Keyed>(parent: Element, view: KeyedView<T>): (items: readonly T[]) => T[] {
  let shown = new Map<string, { item: T; element: HTMLElement }>();
  return (items) => {
    const next = new Map<string, { item: T; element: HTMLElement }>();
    const added: T[] = [];
    for (const item of items) {
      const known = shown.get(item.key);
      const element = known?.element ?? view.create(item);
      if (!known) added.push(item);
      if (!known || !sameValues(known.item, item)) view.update(element, item);
      next.set(item.key, { item, element });
    }
    for (const [key, { element }] of shown) if (!next.has(key)) element.remove();
    arrange(parent, next.values());
    shown = next;
    return added;
  };
}

function arrange(parent: Element, wanted: Iterable<{ element: HTMLElement }>): void {
  let at = parent.firstElementChild;
  for (const { element } of wanted) {
    if (element === at) at = at.nextElementSibling;
    else parent.insertBefore(element, at);
  }
}

function sameValues<T extends object>(one: T, other: T): boolean {
  return (
    one === other ||
    Object.entries(one).every(([name, value]) => (other as Record<string, unknown>)[name] === value)
  );
}
