// A panel under a button of the room's head: opened and closed by the button, closed by Escape and by a click elsewhere.

export interface Panel {
  open(isOpen: boolean): void;
}

export function createPanel(opener: HTMLButtonElement, panel: HTMLElement): Panel {
  const open = (isOpen: boolean): void => {
    panel.hidden = !isOpen;
    opener.ariaExpanded = String(isOpen);
  };
  opener.addEventListener('click', () => open(panel.hidden === true));
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Node && !panel.contains(target) && !opener.contains(target)) open(false);
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || panel.hidden) return;
    open(false);
    opener.focus();
  });
  return { open };
}
