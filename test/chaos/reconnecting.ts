// A client that comes back: connects, is cut off or loses its connection, and connects again after a while.
import { Connection, type Cut, type Hearer } from './connection.ts';
import type { FrameHeaders } from './frame-text.ts';
import type { Notes } from './notes.ts';
import type { Random } from './random.ts';

/** When a client is cut off, and for how long it stays away; milliseconds. */
export interface Restlessness {
  readonly stays: readonly [number, number];
  readonly away: readonly [number, number];
  /** How it is cut off, one of them at random. */
  readonly cuts: readonly Cut[];
}

/** After a connection that the other side ended or refused. */
const again: readonly [number, number] = [100, 600];

export abstract class Reconnecting implements Hearer {
  protected readonly notes: Notes;
  protected connection: Connection | undefined;
  readonly #addresses: () => string;
  readonly #login: string;
  readonly #random: Random;
  readonly #restlessness: Restlessness | undefined;
  #token: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #calm = false;
  #gone = false;
  #leftover: (() => void) | undefined;
  #lostAt: number | undefined;

  /** @param address - where the next connection goes @param restlessness - `undefined`: it is never cut off */
  constructor(
    address: () => string,
    login: string,
    notes: Notes,
    random: Random,
    restlessness?: Restlessness,
  ) {
    this.#addresses = address;
    this.#login = login;
    this.notes = notes;
    this.#random = random;
    this.#restlessness = restlessness;
  }

  get login(): string {
    return this.#login;
  }

  open(): void {
    const headers: FrameHeaders = { login: this.#login, 'client-token': this.#token };
    this.connection = new Connection(this.#addresses(), headers, this);
    this.#sweep();
    if (this.#restlessness !== undefined && !this.#calm)
      this.#after(this.#restlessness.stays, () => this.cut());
  }

  /** Cut off no more: if it is away, it comes back soon, and stays. */
  calm(): void {
    this.#calm = true;
    clearTimeout(this.#timer);
    if (this.connection === undefined && !this.#gone) this.open();
  }

  /** Leaves for good. */
  leave(): void {
    this.#gone = true;
    clearTimeout(this.#timer);
    this.connection?.cut('destroy');
    this.connection = undefined;
    this.#sweep();
  }

  cut(): void {
    const how = this.#random.of(this.#restlessness!.cuts);
    this.#lostAt = undefined;
    this.notes.count(`cut off (${how})`);
    const destroy = this.connection?.cut(how);
    if (how === 'mute') this.#leftover = destroy;
    this.#away(this.#restlessness!.away);
  }

  connected(headers: ReadonlyMap<string, string>): void {
    this.#token = headers.get('client-token') ?? this.#token;
    this.notes.count('connections');
    this.ready();
  }

  /** Back when the server says, which spreads its clients by itself; after a while where it does not say. */
  ended(why: string, retryAfter: number): void {
    this.notes.count(`ended: ${why.replace(/\d{4,}/g, 'N')}`);
    this.#lostAt ??= performance.now();
    this.#away(retryAfter > 0 ? [retryAfter, retryAfter + 100] : again);
  }

  abstract frame(...frame: Parameters<Hearer['frame']>): void;
  /** CONNECTED: now it can say what it wants. */
  protected abstract ready(): void;
  /** What it was told before holds no more. */
  protected abstract lost(): void;

  /** It is where it was before it lost its connection. */
  protected restored(): void {
    if (this.#lostAt !== undefined) this.notes.outages.push(performance.now() - this.#lostAt);
    this.#lostAt = undefined;
  }

  #away(howLong: readonly [number, number]): void {
    this.connection = undefined;
    this.lost();
    if (!this.#gone) this.#after(howLong, () => this.open());
  }

  #after([low, high]: readonly [number, number], act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, this.#random.between(low, high));
  }

  /** A socket that was only muted is taken away when the next one stands beside it. */
  #sweep(): void {
    this.#leftover?.();
    this.#leftover = undefined;
  }
}
