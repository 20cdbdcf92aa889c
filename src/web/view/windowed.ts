// Shows of a long list only what is on the screen and a little around it; what is read stays where it is, whatever
// comes above or below. Who is at the bottom follows what comes.
import { Heights } from '../model/heights.ts';
import type { Keyed } from './keyed.ts';

/** So near to the bottom counts as being there, in pixels. */
const NEAR = 48;
/** So much is drawn above and below the screen, in pixels. */
const AROUND = 600;
/** Where all is new, so much is drawn at first, and the rest with the next frame: two short tasks in place of a long one. */
const AT_FIRST = 150;
/** When no more than this is left above what is loaded, there should come more. */
const NEAR_TOP = 1500;
/** What a line is guessed to be high. */
const GUESS = 44;
/** Lines whose heights were guessed wrong are put right in so many rounds. */
const ROUNDS = 3;

export interface WindowedParts<T extends Keyed> {
  /** What scrolls; the offset parent of `lines`. */
  readonly frame: HTMLElement;
  readonly lines: HTMLElement;
  /** Makes the children of `lines` those of the items. */
  readonly show: (items: readonly T[]) => unknown;
  /** Whether an item stays the same when others come before it. */
  readonly isLasting: (item: T) => boolean;
  /** Whether the last item is the last there is: who is at its bottom follows what comes. */
  readonly isEnd: () => boolean;
  /** Hears that it was scrolled, or that the list is another. */
  readonly moved: () => void;
}

/** What is to stay where it is: an item, and how far below the upper edge it begins. */
interface Anchor {
  readonly key: string;
  readonly offset: number;
}

export class Windowed<T extends Keyed> {
  readonly #parts: WindowedParts<T>;
  readonly #heights = new Heights(GUESS);
  #items: readonly T[] = [];
  #from = 0;
  #to = 0;
  #atBottom = true;
  #isRestDue = false;
  /** How often all was new. */
  #jumps = 0;
  /** The keys of what is drawn. */
  #drawn: ReadonlySet<string> = new Set();

  constructor(parts: WindowedParts<T>) {
    this.#parts = parts;
    const { frame, lines } = parts;
    frame.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    // A rotated phone, an opened keyboard, a longer message: whoever was at the bottom stays there.
    const watcher = new ResizeObserver(() => {
      if (this.#atBottom) this.toBottom();
      else this.#paint(this.#anchors());
    });
    watcher.observe(frame);
    watcher.observe(lines);
  }

  get isAtBottom(): boolean {
    return this.#atBottom;
  }

  /** Whether the reader has come to the first items. */
  get isNearTop(): boolean {
    return this.#parts.frame.scrollTop < NEAR_TOP;
  }

  /** Whether the reader has come to the last items. */
  get isNearBottom(): boolean {
    return this.#below < NEAR_TOP;
  }

  get #below(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.#parts.frame;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** Whether the reader is more than two screens above the end. */
  get isFarUp(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#parts.frame;
    return scrollHeight - scrollTop > 3 * clientHeight;
  }

  /** The items are these now. @param around - changes what stands above them in the frame */
  render(items: readonly T[], around: () => void): void {
    const anchors = this.#anchors(); // where things were before anything moves
    around();
    this.#set(items);
    if (this.#atBottom) this.toBottom();
    else this.#paint(anchors);
  }

  /** Another list is in place: begins at an item, or at the end. */
  arrive(items: readonly T[], key: string | undefined): void {
    this.#heights.forget();
    this.#set(items);
    if (key === undefined || !this.scrollTo(key)) this.toBottom();
  }

  toBottom(): void {
    this.#atBottom = true;
    this.#paint([]);
    this.#parts.moved();
  }

  /** Brings an item into the middle of the screen. @returns its element */
  scrollTo(key: string): HTMLElement | undefined {
    const at = this.#heights.placeOf(key);
    if (at === undefined) return undefined;
    const { frame, lines } = this.#parts;
    this.#atBottom = false;
    const offset = frame.clientHeight / 2;
    frame.scrollTop = lines.offsetTop + this.#heights.top(at) - offset;
    this.#paint([{ key, offset }], true);
    this.#scrolled();
    return lines.children[at - this.#from] as HTMLElement | undefined;
  }

  #set(items: readonly T[]): void {
    this.#items = items;
    this.#heights.set(items.map(({ key }) => key));
    this.#to = this.#from; // whatever is drawn may be another
  }

  #scrolled(): void {
    this.#atBottom = this.#below <= NEAR && this.#parts.isEnd();
    if (!this.#covers(this.#isRestDue ? 0 : AROUND / 2)) this.#paint(this.#anchors());
    this.#parts.moved();
  }

  /** What is on the screen, from above; the first that is still there will do. */
  #anchors(): readonly Anchor[] {
    const { frame, lines, isLasting } = this.#parts;
    const y = frame.scrollTop - lines.offsetTop;
    const { from, to } = this.#heights.between(y, y + frame.clientHeight);
    return this.#items
      .slice(from, to)
      .flatMap((item, at) =>
        isLasting(item) ? [{ key: item.key, offset: this.#heights.top(from + at) - y }] : [],
      );
  }

  /** Where the upper edge of the screen is, or will be once what is to stay is in its place. */
  #edge(anchors: readonly Anchor[]): number {
    const { frame, lines } = this.#parts;
    if (this.#atBottom) return this.#heights.total - frame.clientHeight;
    for (const { key, offset } of anchors) {
      const at = this.#heights.placeOf(key);
      if (at !== undefined) return this.#heights.top(at) - offset;
    }
    return frame.scrollTop - lines.offsetTop;
  }

  #wanted(around: number, anchors: readonly Anchor[] = []): { readonly from: number; readonly to: number } {
    const y = this.#edge(anchors);
    return this.#heights.between(y - around, y + this.#parts.frame.clientHeight + around);
  }

  #covers(around: number): boolean {
    const { from, to } = this.#wanted(around);
    return this.#from <= from && to <= this.#to;
  }

  #paint(anchors: readonly Anchor[], always = false): void {
    if (this.#isElsewhere(anchors)) this.#drawRestLater();
    const around = this.#isRestDue ? AT_FIRST : AROUND;
    for (let round = 0; round < ROUNDS; round++) {
      this.#draw(around, anchors);
      const isChanged = this.#measure();
      if (isChanged) this.#pad();
      if (isChanged || round === 0 || always) this.#restore(anchors);
      if (!isChanged && this.#covers(0)) break;
    }
  }

  /** Whether nothing of what will be on the screen is drawn yet. */
  #isElsewhere(anchors: readonly Anchor[]): boolean {
    const { from, to } = this.#wanted(0, anchors);
    return !this.#items.slice(from, to).some(({ key }) => this.#drawn.has(key));
  }

  /** With the first frame that does not go elsewhere again. */
  #drawRestLater(): void {
    this.#jumps++;
    if (this.#isRestDue) return;
    this.#isRestDue = true;
    const wait = (jumps: number): void => {
      requestAnimationFrame(() => {
        if (jumps !== this.#jumps) return wait(this.#jumps);
        this.#isRestDue = false;
        if (!this.#covers(AROUND / 2)) this.#paint(this.#anchors());
      });
    };
    wait(this.#jumps);
  }

  #draw(around: number, anchors: readonly Anchor[]): void {
    const { lines, frame, show } = this.#parts;
    const { from, to } = this.#wanted(around, anchors);
    this.#from = from;
    this.#to = to;
    const hadFocus = lines.contains(document.activeElement);
    const items = this.#items.slice(from, to);
    show(items);
    this.#drawn = new Set(items.map(({ key }) => key));
    this.#pad();
    if (hadFocus && !lines.contains(document.activeElement)) frame.focus({ preventScroll: true });
  }

  /** What is not drawn leaves room for itself. */
  #pad(): void {
    const { style } = this.#parts.lines;
    const [top, bottom] = [this.#heights.top(this.#from), this.#heights.total - this.#heights.top(this.#to)];
    style.paddingTop = `${top}px`;
    style.paddingBottom = `${Math.max(0, bottom)}px`;
  }

  #measure(): boolean {
    let isChanged = false;
    const { children } = this.#parts.lines;
    for (let at = this.#from; at < this.#to; at++) {
      const [item, element] = [this.#items[at], children[at - this.#from]];
      if (!item || !element) continue;
      const { height } = element.getBoundingClientRect();
      isChanged = this.#heights.measure(at, height) || isChanged;
    }
    return isChanged;
  }

  #restore(anchors: readonly Anchor[]): void {
    const { frame, lines } = this.#parts;
    if (this.#atBottom) {
      frame.scrollTop = frame.scrollHeight;
      return;
    }
    for (const { key, offset } of anchors) {
      const at = this.#heights.placeOf(key);
      if (at === undefined) continue;
      const top = lines.offsetTop + this.#heights.top(at) - offset;
      if (Math.abs(frame.scrollTop - top) >= 1) frame.scrollTop = top;
      return;
    }
  }
}
