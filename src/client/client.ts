// The client: one connection that is kept, subscriptions that resume, messages that are sent until they are confirmed.
import type { IMessage, StompConfig, StompHeaders } from '@stomp/stompjs';
import { type Backoff, usualBackoff } from './backoff.ts';
import { type ClientError, toldError } from './client-error.ts';
import { SessionKeeper } from './keeper.ts';
import { Keepsake, type TextStorage } from './keepsake.ts';
import type { Phase } from './phase.ts';
import { ResumingSubscription, type SubscribeOptions } from './resuming-subscription.ts';
import { type QueueLimits, type SendOptions, Sends, usualLimits } from './sends.ts';
import { type ConnectHeaders, type OpenSession, openBy, type StompSession } from './session.ts';
import { theWorld, type World } from './world.ts';

/** How a {@link StompwireClient} connects, what it remembers, what it tells. One of the first three is needed. */
export interface ClientOptions {
  /** The address of an endpoint: `wss://chat.example/ws`. */
  readonly brokerURL?: string;
  /** Makes something like a WebSocket, such as a SockJS. */
  readonly webSocketFactory?: NonNullable<StompConfig['webSocketFactory']>;
  /** Opens a session in a way of its own; see {@link openBy}. */
  readonly openSession?: OpenSession;
  /** The headers of CONNECT: `login`, `passcode`... A function is asked before each attempt, for fresh tokens. */
  readonly connectHeaders?: ConnectHeaders;
  /** Where the server tells what it refused without ending the session; `false`: nowhere. Default `/user/queue/errors`. */
  readonly errorQueue?: string | false;
  /**
   * Whether the server knows idempotency keys; default `true`. With `false` a message that may have arrived before the
   * connection was lost is not sent again: its promise rejects as `unconfirmed`.
   */
  readonly idempotent?: boolean;
  /** Remembers positions and a guest's token over page loads: `localStorage`, `sessionStorage`. */
  readonly storage?: TextStorage;
  /** Stands before the names in the storage; give each user one of their own. Default `stompwire `. */
  readonly storagePrefix?: string;
  /** How the waits between attempts to connect grow. */
  readonly backoff?: Partial<Backoff>;
  /** How many messages wait for their RECEIPT, and how long. */
  readonly queue?: Partial<QueueLimits>;
  /** Hears of each change of the connection. */
  readonly onPhase?: (phase: Phase) => void;
  /** Hears what the server refused and nobody waits for, and why it ended a session. */
  readonly onServerError?: (error: ClientError) => void;
  /** Time, randomness and keys, for tests. */
  readonly world?: Partial<World>;
}

/** A subscription, until it is ended. */
export interface ClientSubscription {
  /** Ends it. Its position, when it is remembered, stays. */
  unsubscribe(): void;
}

/**
 * Keeps a connection to a stompwire server, over `@stomp/stompjs`. Subscriptions go on after the last message that came,
 * and say when something is missing; messages are sent until their RECEIPT comes, and published once.
 *
 * @example
 * ```ts no-run: needs a server
 * import { StompwireClient } from 'stompwire/client';
 *
 * const client = new StompwireClient({
 *   brokerURL: 'wss://chat.example/ws',
 *   connectHeaders: { login: 'kim' },
 *   onPhase: ({ phase }) => console.log(phase),
 * });
 * client.activate();
 * client.subscribe('/topic/chat-room/7', ({ body }) => console.log(body), {
 *   resumeFrom: 'last-50',
 *   onResume: ({ complete }) => complete || console.log('messages may be missing here'),
 * });
 * await client.send('/app/chat-room/7/send', '{"content":"hello"}', {
 *   headers: { 'content-type': 'application/json' },
 * });
 * console.log('it is published');
 * ```
 */
export class StompwireClient {
  readonly #options: ClientOptions;
  readonly #world: World;
  readonly #keepsake: Keepsake;
  readonly #keeper: SessionKeeper;
  readonly #sends: Sends;
  readonly #subscriptions = new Set<ResumingSubscription>();
  readonly #errorQueue: string | false;
  #session: StompSession | undefined;
  #token: string | undefined;
  #ids = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#world = { ...theWorld, ...options.world };
    this.#keepsake = new Keepsake(options.storage, options.storagePrefix ?? 'stompwire ');
    this.#token = this.#keepsake.read(tokenHeader);
    this.#errorQueue = options.errorQueue ?? '/user/queue/errors';
    this.#sends = new Sends(this.#world, { ...usualLimits, ...options.queue }, options.idempotent ?? true);
    const open = options.openSession ?? openBy(dialOf(options));
    this.#keeper = new SessionKeeper(
      this.#world,
      (events) => open(() => this.#connectHeaders(), events),
      { ...usualBackoff, ...options.backoff },
      {
        phase: (phase) => options.onPhase?.(phase),
        opened: (session, headers) => this.#opened(session, headers),
        receipt: (headers) => this.#confirmed(headers),
        refused: (receiptId, error) => this.#sends.refused(receiptId, error),
        ended: (end) => {
          this.#session = undefined;
          for (const subscription of this.#subscriptions) subscription.lose();
          this.#sends.lose(end);
          if (end.error) options.onServerError?.(end.error);
        },
      },
    );
  }

  /** Connects, and connects again whenever the connection is lost, until {@link deactivate}. */
  activate(): void {
    this.#keeper.start();
  }

  /** Disconnects. Messages without a RECEIPT reject as `closed`; subscriptions stay for the next {@link activate}. */
  async deactivate(): Promise<void> {
    this.#session = undefined;
    for (const subscription of this.#subscriptions) subscription.lose();
    this.#sends.close();
    await this.#keeper.stop();
  }

  /** Tries to connect at once instead of waiting, also after a final refusal; call it when the browser is `online`. */
  retryNow(): void {
    this.#keeper.retryNow();
  }

  /**
   * The network is gone, as a browser tells by `offline`: waits for the next connection from now on, and not from when the
   * heart-beats of this one have stayed away for too long.
   */
  lose(): void {
    this.#keeper.lose();
  }

  /**
   * Subscribes now or with the next connection, and again with each one after that. Messages of a logged destination come
   * in the order of its log, each once.
   */
  subscribe(
    destination: string,
    deliver: (message: IMessage) => void,
    options: SubscribeOptions = {},
  ): ClientSubscription {
    const surroundings = { world: this.#world, keepsake: this.#keepsake };
    const id = `sub-${++this.#ids}`;
    const subscription = new ResumingSubscription(id, destination, deliver, options, surroundings);
    this.#subscriptions.add(subscription);
    if (this.#session) subscription.begin(this.#session);
    return {
      unsubscribe: () => {
        if (this.#subscriptions.delete(subscription)) subscription.end();
      },
    };
  }

  /**
   * Sends now or with the next connection, and again after a loss, until the server has confirmed it.
   *
   * @returns the headers of the RECEIPT
   * @throws {ClientError} what the server refused it with; or `queue-full`, `expired`, `unconfirmed`, `closed`
   */
  send(destination: string, body: string | Uint8Array, options: SendOptions = {}): Promise<StompHeaders> {
    return this.#sends.send(destination, body, options);
  }

  async #connectHeaders(): Promise<StompHeaders> {
    const { connectHeaders } = this.#options;
    const headers = typeof connectHeaders === 'function' ? await connectHeaders() : connectHeaders;
    return { ...headers, ...(this.#token !== undefined && { [tokenHeader]: this.#token }) };
  }

  #opened(session: StompSession, headers: StompHeaders): void {
    this.#session = session;
    this.#remember(headers[tokenHeader]);
    if (this.#errorQueue !== false)
      session.subscribe(this.#errorQueue, (message) => this.#told(message), { id: 'sub-0' });
    for (const subscription of this.#subscriptions) subscription.begin(session);
    this.#sends.begin(session);
  }

  /** A guest shows at the next CONNECT what it was given, so that its keys are known as its own. */
  #remember(token: string | undefined): void {
    if (token === undefined || token === this.#token) return;
    this.#token = token;
    this.#keepsake.write(tokenHeader, token);
  }

  #confirmed(headers: StompHeaders): void {
    if (this.#sends.confirmed(headers)) return;
    for (const subscription of this.#subscriptions) if (subscription.confirmed(headers)) return;
  }

  #told(message: IMessage): void {
    const error = toldError(message);
    const { headers } = message;
    if (this.#sends.refused(headers['receipt-id'], error)) return;
    for (const subscription of this.#subscriptions) if (subscription.refused(headers, error)) return;
    if (headers['subscription-id'] !== undefined) return; // of one that was ended here meanwhile
    this.#options.onServerError?.(error);
  }
}

const tokenHeader = 'client-token';

function dialOf({ brokerURL, webSocketFactory }: ClientOptions) {
  if (webSocketFactory !== undefined) return { webSocketFactory };
  if (brokerURL !== undefined) return { brokerURL };
  throw new TypeError('one of brokerURL, webSocketFactory and openSession is needed');
}
