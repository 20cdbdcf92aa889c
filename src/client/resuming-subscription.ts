// One subscription over many sessions: where it stands, what it asks for next, what it has missed.
import type { IMessage, StompHeaders } from '@stomp/stompjs';
import { usualBackoff, waitBefore } from './backoff.ts';
import type { ClientError } from './client-error.ts';
import type { Keepsake } from './keepsake.ts';
import { isBehind, type Place, placeOf } from './place.ts';
import type { StompSession } from './session.ts';
import type { World } from './world.ts';

/** What was made good of what happened while the subscription was not live. */
export interface Resumed {
  /** `false`: messages may be missing between what came before and what comes next. */
  readonly complete: boolean;
}

/** How a subscription begins, and who hears of what. */
export interface SubscribeOptions {
  /**
   * Where it begins at first: `'first'`, `'last-50'`, or the message-id of a message; default: with what is
   * published from now on. From then on it goes on after the last message that came. A remembered position comes before it.
   */
  readonly resumeFrom?: string;
  /** Whether the position is remembered over page loads, when the client has a storage; default `true`. */
  readonly remember?: boolean;
  /** More headers for SUBSCRIBE. */
  readonly headers?: StompHeaders;
  /**
   * Hears, each time the server has confirmed the subscription anew, or first with `resumeFrom`, whether anything is
   * missing; what was missed comes after it. `complete: false` comes too when a hole shows later.
   */
  readonly onResume?: (resumed: Resumed) => void;
  /** Hears why the server refused the subscription. With the next connection it is tried again. */
  readonly onRefused?: (error: ClientError) => void;
}

/** What a subscription needs of its client. */
export interface Surroundings {
  readonly world: World;
  readonly keepsake: Keepsake;
}

/** Refusals that end by themselves. */
const passing: ReadonlySet<string> = new Set(['history-unavailable', 'relay-unavailable', 'rate-limited']);

export class ResumingSubscription {
  readonly id: string;
  readonly #destination: string;
  readonly #deliver: (message: IMessage) => void;
  readonly #options: SubscribeOptions;
  readonly #world: World;
  readonly #keepsake: Keepsake;
  /** A pattern matches many logs: none of their places is that of the subscription. */
  readonly #hasPlace: boolean;
  #session: StompSession | undefined;
  #unsubscribe: () => void = () => {};
  #callOff: () => void = () => {};
  #place: Place | undefined;
  #brokenAt: Place | undefined;
  #receipt = '';
  #attempts = 0;
  #refusals = 0;
  /** Whether the server was asked for a position that it does not know. */
  #isPlain = false;
  /** Whether the application expects to hear how complete the next beginning is. */
  #isResuming = false;
  #isGapTold = false;

  constructor(
    id: string,
    destination: string,
    deliver: (message: IMessage) => void,
    options: SubscribeOptions,
    { world, keepsake }: Surroundings,
  ) {
    this.id = id;
    this.#destination = destination;
    this.#deliver = deliver;
    this.#options = options;
    this.#world = world;
    this.#keepsake = keepsake;
    this.#hasPlace = !/[*?]/.test(destination);
    if (this.#isRemembered) this.#place = placeOf(keepsake.read(this.#name));
  }

  /** A session is up. */
  begin(session: StompSession): void {
    this.#session = session;
    this.#subscribe();
  }

  /** The session is over. */
  lose(): void {
    this.#callOff();
    this.#session = undefined;
  }

  end(): void {
    this.#callOff();
    this.#unsubscribe();
    this.#session = undefined;
  }

  /** Whether a RECEIPT was this subscription's. */
  confirmed(headers: StompHeaders): boolean {
    if (headers['receipt-id'] !== this.#receipt) return false;
    this.#refusals = 0;
    if (this.#isResuming) this.#tell(headers.resume === 'complete');
    const begin = this.#hasPlace ? placeOf(headers.position) : undefined;
    if (begin && this.#place === undefined) this.#moveTo(begin);
    this.#isResuming = true; // from now on there is something that can be missed
    return true;
  }

  /** Whether what was told on the error queue is about this subscription. */
  refused(headers: StompHeaders, error: ClientError): boolean {
    if (headers['subscription-id'] !== this.id && headers['receipt-id'] !== this.#receipt) return false;
    if (error.code === 'bad-resume') this.#beginPlainly();
    else if (error.code === 'resume-broken') this.#mend();
    else if (error.retryAfter !== undefined || passing.has(error.code)) this.#subscribeLater(error);
    else this.#options.onRefused?.(error);
    return true;
  }

  get #isRemembered(): boolean {
    return this.#hasPlace && this.#options.remember !== false;
  }

  get #name(): string {
    return `position ${this.#destination}`;
  }

  get #from(): string | undefined {
    if (this.#place !== undefined) return this.#place.id;
    return this.#isPlain ? undefined : this.#options.resumeFrom;
  }

  #subscribe(): void {
    const { headers } = this.#options;
    const from = this.#from;
    this.#receipt = `${this.id}/${++this.#attempts}`;
    this.#isGapTold = false;
    if (from !== undefined) this.#isResuming = true;
    this.#unsubscribe =
      this.#session?.subscribe(this.#destination, (message) => this.#arrived(message), {
        ...headers,
        ...(from !== undefined && { 'resume-from': from }),
        id: this.id,
        receipt: this.#receipt,
      }) ?? this.#unsubscribe;
  }

  #subscribeLater({ retryAfter }: ClientError): void {
    const wait = waitBefore(++this.#refusals, this.#world.random, usualBackoff, retryAfter);
    this.#callOff = this.#world.after(wait, () => this.#subscribe());
  }

  /** The position is none of that log, or there is no log: what comes from now on is all that can be had. */
  #beginPlainly(): void {
    this.#isPlain = true;
    this.#moveTo(undefined);
    this.#subscribe();
  }

  /** The server lost what was to come next. It says what is missing when it is asked again, but not for ever. */
  #mend(): void {
    const isStuck = this.#brokenAt === this.#place;
    this.#brokenAt = this.#place;
    if (isStuck) this.#beginPlainly();
    else this.#subscribe();
  }

  #arrived(message: IMessage): void {
    if (message.headers.discontinuity === 'true') this.#noticeGap();
    const place = this.#hasPlace ? placeOf(message.headers['message-id']) : undefined;
    if (place && this.#place && !isBehind(place, this.#place)) return;
    this.#deliver(message);
    if (place) this.#moveTo(place);
  }

  #moveTo(place: Place | undefined): void {
    this.#place = place;
    if (this.#isRemembered) this.#keepsake.write(this.#name, place?.id);
  }

  #tell(complete: boolean): void {
    this.#isGapTold = !complete;
    this.#options.onResume?.({ complete });
  }

  /** The RECEIPT and the first message behind a gap tell of the same one. */
  #noticeGap(): void {
    if (!this.#isGapTold) this.#tell(false);
    this.#isGapTold = false;
  }
}
