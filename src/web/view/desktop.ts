// Notifications of the browser, outside of the page: only after somebody has agreed to them by a button.

export interface Desktop {
  /** `none`: this browser has none, as on plain http; `denied`: it does not allow them. */
  readonly state: 'none' | 'off' | 'on' | 'denied';
  /** On or off; asks the browser when that is needed. */
  turn(): Promise<void>;
}

export interface DesktopWish {
  readonly wished: () => boolean;
  readonly wish: (isWished: boolean) => void;
}

export function createDesktop({ wished, wish }: DesktopWish): Desktop {
  const isThere = 'Notification' in globalThis && globalThis.isSecureContext;
  // asking is a call to the browser's own process, too slow for each picture of the page
  let permission = isThere ? Notification.permission : 'denied';
  document.addEventListener('visibilitychange', () => {
    if (isThere) permission = Notification.permission;
  });
  return {
    get state() {
      if (!isThere) return 'none';
      if (permission === 'denied') return 'denied';
      return wished() && permission === 'granted' ? 'on' : 'off';
    },
    async turn() {
      if (this.state === 'on') return wish(false);
      if (!isThere) return;
      permission = await Notification.requestPermission();
      wish(permission === 'granted');
    },
  };
}

interface Told {
  readonly title: string;
  readonly body: string;
  /** A later one of the same takes its place. */
  readonly tag: string;
}

/** @param chosen - hears that somebody followed it */
export function tellOnDesktop(desktop: Desktop, { title, body, tag }: Told, chosen: () => void): void {
  if (desktop.state !== 'on') return;
  try {
    const shown = new Notification(title, { body, tag });
    shown.onclick = () => {
      globalThis.focus();
      chosen();
      shown.close();
    };
  } catch {
    // phones allow them to service workers only
  }
}
