// On a phone the room list is a drawer over the room; while it is open, the room behind it cannot be reached.
import { byId, setFlag } from './dom.ts';

export interface Drawer {
  close(): void;
}

export function createDrawer(): Drawer {
  const app = byId('app');
  const opener = byId<HTMLButtonElement>('drawer-open');
  const isOpen = () => app.dataset.drawer !== undefined;

  function set(open: boolean): void {
    if (open === isOpen()) return;
    setFlag(app, 'drawer', open);
    opener.ariaExpanded = String(open);
    byId('room').inert = open;
    (open ? byId('drawer-close') : opener).focus();
  }

  opener.addEventListener('click', () => set(true));
  byId('drawer-close').addEventListener('click', () => set(false));
  byId('backdrop').addEventListener('click', () => set(false));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') set(false);
  });
  // Where the list stands beside the room there is no drawer to be open.
  matchMedia('(min-width: 48rem)').addEventListener('change', () => set(false));
  return { close: () => set(false) };
}
