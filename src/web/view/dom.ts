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

const SVG = 'http://www.w3.org/2000/svg';

/** One of the page's icons, by the end of its symbol's id. */
export function makeSvg(icon: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#icon-${icon}`);
  svg.append(use);
  return svg;
}

/** A button with one of the page's icons. */
export function makeIcon(icon: string, label: string, act: () => void): HTMLButtonElement {
  const button = makeButton('icon-button', '', act);
  button.replaceChildren(makeSvg(icon));
  button.ariaLabel = label;
  button.title = label;
  return button;
}

/** Puts the words of the page's language in their places: text, and labels that only some see or hear. */
export function translate(root: ParentNode, words: object): void {
  const said = words as Readonly<Record<string, unknown>>;
  for (const [attribute, put] of PLACES)
    for (const element of root.querySelectorAll<HTMLElement>(`[data-${attribute}]`))
      put(element, String(said[element.getAttribute(`data-${attribute}`) ?? '']));
}

const PLACES: readonly (readonly [attribute: string, put: (element: HTMLElement, text: string) => void])[] = [
  ['words', setText],
  ['words-label', (element, text) => element.setAttribute('aria-label', text)],
  ['words-title', (element, text) => element.setAttribute('title', text)],
  ['words-placeholder', (element, text) => element.setAttribute('placeholder', text)],
];
