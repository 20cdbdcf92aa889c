// A client that never stops to publish: receipts, retries under the same key, at every level.
import { errorText, type ServerFrame } from './frame-text.ts';
import type { Level, Sending } from './history.ts';
import type { Notes } from './notes.ts';
import type { Random } from './random.ts';
import { Reconnecting, type Restlessness } from './reconnecting.ts';

/** What a publisher sends, and how often. */
export interface Publishing {
  /** The name of the room, and where SENDs to it go. */
  readonly room: string;
  readonly destination: string;
  /** Milliseconds between two messages. */
  readonly every: readonly [number, number];
  /** The levels that it asks for, one of them at random; `undefined`: the policy's, which is `usual`. */
  readonly levels: readonly (Level | undefined)[];
  readonly usual: Level;
  /** How many may be on their way. */
  readonly inFlight: number;
}

type OnItsWay = { -readonly [K in keyof Sending]: Sending[K] } & {
  /** Its key; without one it is sent once. */
  readonly key: string | undefined;
  readonly asked: Level | undefined;
};

/** Before a refused SEND is tried again. */
const pause = 300;
/** One in so many messages has no key, and is not sent again. */
const keyless = 10;

export class Publisher extends Reconnecting {
  readonly sendings: OnItsWay[] = [];
  readonly #publishing: Publishing;
  readonly #random: Random;
  /** By the receipt that is waited for; in the order of sending. */
  readonly #waiting = new Map<string, OnItsWay>();
  #ready = false;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void) | undefined;

  constructor(
    who: { readonly login: string; readonly address: () => string },
    publishing: Publishing,
    notes: Notes,
    random: Random,
    restlessness?: Restlessness,
  ) {
    super(who.address, who.login, notes, random, restlessness);
    this.#publishing = publishing;
    this.#random = random.branch();
  }

  start(): void {
    const [low, high] = this.#publishing.every;
    this.#timer = setTimeout(
      () => {
        if (this.#waiting.size < this.#publishing.inFlight)
          this.publish(this.#random.of(this.#publishing.levels));
        else this.notes.count('publishers that waited');
        this.start();
      },
      this.#random.between(low, high),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Done when everything is receipted, or given up. */
  settled(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }

  /** What still waits, for an account of a run that did not end. */
  get unsettled(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  publish(asked: Level | undefined, keyed = this.#random.next() > 1 / keyless): Sending {
    const { room, usual } = this.#publishing;
    const text = `${this.login}/${this.sendings.length}`;
    const sending: OnItsWay = {
      publisher: this.login,
      room,
      text,
      level: asked ?? usual,
      asked,
      key: keyed ? text : undefined,
      begun: this.notes.tick(),
      receipted: undefined,
    };
    this.sendings.push(sending);
    this.#waiting.set(text, sending);
    this.#send(sending);
    return sending;
  }

  protected override ready(): void {
    this.connection?.send('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
    this.#ready = true;
    this.restored();
    for (const sending of this.#waiting.values()) {
      this.notes.count('sent again');
      this.#send(sending);
    }
  }

  /** What has no key may have arrived, and is not sent again. */
  protected override lost(): void {
    if (!this.#ready) return;
    this.#ready = false;
    for (const sending of this.#waiting.values()) if (sending.key === undefined) this.#over(sending);
  }

  override frame({ command, headers, body }: ServerFrame): void {
    const sending = this.#waiting.get(headers.get('receipt-id') ?? '');
    if (command === 'RECEIPT' && sending !== undefined) this.#receipted(sending);
    else if (sending !== undefined) this.#refused(sending, errorText(body));
    else this.notes.count(`publisher: ${command} ${headers.get('message') ?? 'that came late'}`);
  }

  #send({ text, asked, key }: OnItsWay): void {
    if (!this.#ready) return;
    const { destination } = this.#publishing;
    this.connection?.send(
      'SEND',
      {
        destination,
        receipt: text,
        'receipt-level': asked,
        'idempotency-key': key,
        'content-type': 'application/json',
      },
      JSON.stringify({ content: text }),
    );
  }

  #receipted(sending: OnItsWay): void {
    sending.receipted = this.notes.tick();
    this.notes.count(`receipted (${sending.asked ?? 'usual'})`);
    this.#over(sending);
  }

  #refused(sending: OnItsWay, why: string): void {
    this.notes.count(`refused: ${why}`);
    if (sending.key === undefined) this.#over(sending);
    else setTimeout(() => this.#waiting.has(sending.text) && this.#send(sending), pause);
  }

  #over(sending: OnItsWay): void {
    this.#waiting.delete(sending.text);
    if (this.#waiting.size > 0) return;
    this.#idle?.();
    this.#idle = undefined;
  }
}
