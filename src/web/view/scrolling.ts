// Follows the newest message only while the reader is at the bottom; else counts what came below.

/** So near to the bottom counts as being there, in pixels. */
const NEAR = 48;

export class Scrolling {
  readonly #frame: HTMLElement;
  readonly #changed: () => void;
  #atBottom = true;
  #below = 0;

  /** `frame` scrolls; `changed` is called when what `below` says is another. */
  constructor(frame: HTMLElement, content: HTMLElement, changed: () => void) {
    this.#frame = frame;
    this.#changed = changed;
    frame.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    // A rotated phone, an opened keyboard, a longer message: whoever was at the bottom stays there.
    const watcher = new ResizeObserver(() => this.#atBottom && this.toBottom());
    watcher.observe(frame);
    watcher.observe(content);
  }

  /** Messages that came while the reader was further up. */
  get below(): number {
    return this.#below;
  }

  /** New messages are in place. */
  grew(count: number): void {
    if (this.#atBottom) {
      this.toBottom();
    } else if (count > 0) {
      this.#below += count;
      this.#changed();
    }
  }

  toBottom(): void {
    this.#frame.scrollTop = this.#frame.scrollHeight;
    this.#reached();
  }

  /** Another room is in place: shows its first unread message, or else its end. */
  arrive(firstUnread: Element | null): void {
    this.toBottom();
    if (!firstUnread) return;
    firstUnread.scrollIntoView({ block: 'center' });
    this.#scrolled();
  }

  #scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#frame;
    if (scrollHeight - scrollTop - clientHeight <= NEAR) this.#reached();
    else this.#atBottom = false;
  }

  #reached(): void {
    this.#atBottom = true;
    if (this.#below === 0) return;
    this.#below = 0;
    this.#changed();
  }
}
