// The connection's state: a dot with words, and a banner with a way to try again while it is down.
import type { LinkPhase } from '../model/link-phase.ts';
import { linkWords } from '../model/title.ts';
import { words } from '../words/words.ts';
import { byId, setText } from './dom.ts';

export function createConnection(retryNow: () => void): (link: LinkPhase, now: number) => void {
  const retry = byId<HTMLButtonElement>('banner-retry');
  retry.addEventListener('click', () => {
    retryNow();
    byId('draft').focus(); // the button is about to go
  });
  let ticking: ReturnType<typeof setInterval> | undefined;

  function paint(link: LinkPhase, now: number): void {
    const { short, counting } = linkWords(link, now);
    byId('connection-dot').dataset.phase = link.phase;
    setText(byId('connection-seen'), counting);
    setText(byId('connection-heard'), short); // without the countdown, which would be read out each second
    paintBanner(link, counting, retry);
  }

  return (link, now) => {
    clearInterval(ticking);
    if (link.phase === 'waiting') ticking = setInterval(() => paint(link, Date.now()), 500);
    paint(link, now);
  };
}

function paintBanner(link: LinkPhase, counting: string, retry: HTMLElement): void {
  const banner = byId('banner');
  const isRetrying = link.phase === 'connecting' && link.attempt > 0;
  banner.hidden = !(link.phase === 'waiting' || link.phase === 'stopped' || isRetrying);
  banner.dataset.phase = link.phase;
  retry.hidden = isRetrying;
  const text =
    link.phase === 'stopped' ? `${words().offline}. ${link.reason}` : `${counting}${isRetrying ? '' : '…'}`;
  setText(byId('banner-text'), text);
}
