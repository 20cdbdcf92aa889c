// The few steps with the document that every view takes. Text always goes in as text, never as HTML.

/** The page's element of this id; its absence is a mistake in index.html. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element with the id ${id}`);
  return found as Element as T;
}

/** A new element with a class and children; strings become text nodes. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}

/** A button that does something. */
export function makeButton(className: string, label: string, act: () => void): HTMLButtonElement {
  const button = make('button', className, label);
  button.type = 'button';
  button.addEventListener('click', act);
  return button;
}

/** Sets the text unless it is that already, so that a screen reader is not told the same again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets or removes a boolean `data-` attribute, which the style sheet reads. */
export function setFlag(element: HTMLElement, name: string, on: boolean): void {
  if (on) element.dataset[name] = '';
  else delete element.dataset[name];
}
