// A small STOMP client for tests: every step is done when the server has done its part.
import type { ClientCommand, Frame } from '../../frames/index.ts';
import type { Converters } from '../routing/converters.ts';
import type { Handshake, Peer } from '../transport/transport.ts';
import { ExpectationError, Refusal, shown } from './failures.ts';
import { FrameLine, type FrameListener } from './frame-line.ts';
import { Mailbox, type Waiting } from './mailbox.ts';
import type { MemoryTransport } from './memory-transport.ts';
import { type Received, receivedOf } from './received.ts';
import { Requests } from './requests.ts';
import { type Subscriber, TestSubscription } from './test-subscription.ts';

/** How a session ended. */
export interface Ended {
  /** The WebSocket close code that stands for it; 1006: the line broke. */
  readonly code: number;
  readonly reason: string;
  /** The ERROR that came before, if any. */
  readonly error: Received | undefined;
}

/** What clients stand on. */
export interface ClientParts {
  readonly transport: MemoryTransport;
  readonly converters: Converters;
  readonly peer: Peer;
  readonly handshake: Handshake | undefined;
  /** Where the server tells errors, or `undefined` not to listen there. */
  readonly errorQueue: string | undefined;
  readonly within: number;
}

type HeaderValues = Readonly<Record<string, string>>;

/**
 * A client that is connected. Made by `connect` of {@link TestApp}.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { startTestApp } from 'stompwire/testing';
 *
 * const kit = await startTestApp(({ app }) => {
 *   app.message('/echo', { sendToUser: '/queue/echo' }, ({ body }) => body);
 * });
 * const ann = await kit.connect({ login: 'ann' });
 * const echo = await ann.subscribe('/user/queue/echo');
 * await ann.send('/app/echo', { said: 'hello' });
 * assert.deepEqual((await echo.next()).body, { said: 'hello' });
 * await assert.rejects(ann.send('/app/nowhere'), { code: 'no-handler' });
 * await ann.disconnect();
 * await kit.close();
 * ```
 */
export class TestClient implements FrameListener, Subscriber {
  /** Every frame that came, in order. */
  readonly frames: Received[] = [];
  /** How many heart-beats came. */
  heartBeats = 0;
  /** What is told on `/user/queue/errors` and was not the answer to a frame that this client waited for. */
  readonly errors: TestSubscription;
  readonly #parts: ClientParts;
  readonly #requests: Requests;
  readonly #greeting: Mailbox;
  readonly #ending: Mailbox;
  readonly #line: FrameLine;
  readonly #subscriptions = new Map<string, TestSubscription>();
  #connected: Received | undefined;
  #ended: Ended | undefined;
  #error: Received | undefined;
  #made = 0;

  constructor(parts: ClientParts) {
    const { within, errorQueue = 'the error queue, to which this client does not listen' } = parts;
    this.#parts = parts;
    this.#requests = new Requests(within);
    this.#greeting = new Mailbox('CONNECTED', within);
    this.#ending = new Mailbox('the end of the session', within);
    this.errors = new TestSubscription('kit-errors', errorQueue, this, within);
    this.#line = new FrameLine(parts.transport, this, parts.peer, parts.handshake);
  }

  /** The CONNECTED that the server sent. */
  get connected(): Received {
    if (this.#connected === undefined) throw new Error('this client is not connected');
    return this.#connected;
  }

  /** The name by which the server knows this client. */
  get name(): string {
    return this.connected.headers['user-name'] ?? '';
  }

  /** Says CONNECT; done when CONNECTED has come. @throws {Refusal} */
  async open(headers: HeaderValues): Promise<this> {
    this.#line.say('CONNECT', headers);
    this.#connected = await this.#greeting.next().catch((error: unknown) => {
      throw this.#error === undefined ? error : new Refusal('CONNECT', this.#error);
    });
    if (this.#parts.errorQueue !== undefined) await this.#add(this.errors, {});
    return this;
  }

  /**
   * Subscribes; done when the next message will arrive, or a subscribe handler has answered.
   *
   * @param headers - beside `id` and `destination`; an `id` is made unless it is given
   * @throws {Refusal}
   */
  async subscribe(destination: string, headers: HeaderValues = {}): Promise<TestSubscription> {
    const id = headers.id ?? `sub-${this.#made++}`;
    const subscription = new TestSubscription(id, destination, this, this.#parts.within);
    await this.#add(subscription, headers);
    return subscription;
  }

  /** Ends a subscription; done when the server has. */
  async unsubscribe({ id, destination }: TestSubscription): Promise<void> {
    await this.request('UNSUBSCRIBE', { id }, `UNSUBSCRIBE from ${destination}`);
    this.#subscriptions.delete(id);
  }

  /**
   * Sends a message; done when it is with the broker, or its handler has ended and the result is published.
   *
   * @param payload - objects travel as JSON, strings as text, bytes as they are; `content-type` in `headers` may
   * ask for another of the application's converters
   * @throws {Refusal} when the server refused it, or the handler failed
   */
  send(destination: string, payload?: unknown, headers: HeaderValues = {}): Promise<void> {
    const converted =
      payload === undefined ? undefined : this.#parts.converters.write(payload, headers['content-type']);
    const type = converted && { 'content-type': converted.contentType };
    return this.request('SEND', { destination, ...type, ...headers }, undefined, converted?.body);
  }

  /**
   * Sends any frame with a receipt; done when that has come.
   *
   * @param what - what failures call it
   * @throws {Refusal}
   */
  request(
    command: ClientCommand,
    headers: HeaderValues,
    what = `${command} to ${headers.destination}`,
    body: Buffer | string = '',
  ): Promise<void> {
    return this.#requests.ask(what, (receipt) => this.#line.say(command, { ...headers, receipt }, body));
  }

  /** Sends a frame as it is, and waits for nothing. */
  say(command: ClientCommand, headers: HeaderValues = {}, body: Buffer | string = ''): void {
    this.#line.say(command, headers, body);
  }

  /** Sends bytes, however wrong, and waits for nothing. */
  sayBytes(bytes: Buffer | string): void {
    this.#line.sayBytes(bytes);
  }

  /** Sends a heart-beat. */
  beat(): void {
    this.#line.beat();
  }

  /** Done when the server has answered one more frame: all that it had for this client before is here. */
  fence(): Promise<void> {
    return this.request('UNSUBSCRIBE', { id: 'kit-fence' }, 'a frame that has no effect (UNSUBSCRIBE)');
  }

  /** Says DISCONNECT, waits for the receipt and closes. */
  async disconnect(): Promise<void> {
    await this.request('DISCONNECT', {}, 'DISCONNECT');
    this.#line.leave(1000);
  }

  /** Breaks the line without a word. */
  cut(): void {
    this.#line.leave(1006);
  }

  /** How the session ended, when it has. @throws {ExpectationError} when it does not in time */
  async ending({ within = this.#parts.within }: Pick<Waiting, 'within'> = {}): Promise<Ended> {
    if (this.#ended === undefined) await this.#ending.next({ within });
    return this.#ended!;
  }

  /** @internal */
  heard(frame: Frame): void {
    const received = receivedOf(frame, this.#parts.converters);
    this.frames.push(received);
    if (received.command === 'ERROR') this.#error = received;
    if (this.#requests.answered(received)) return;
    if (received.command === 'CONNECTED') this.#greeting.put(received);
    // one that was subscribed to with `say` is found among the frames
    if (received.command === 'MESSAGE')
      this.#subscriptions.get(received.headers.subscription ?? '')?.put(received);
  }

  /** @internal */
  beaten(): void {
    this.heartBeats++;
  }

  /** @internal */
  closed(code: number, reason: string): void {
    this.#ended = { code, reason, error: this.#error };
    const why = `the session ended with ${code} ${reason}${this.#error ? ` after ${shown(this.#error)}` : ''}`;
    this.#requests.end(why, this.#error);
    this.#greeting.end(why);
    this.errors.end(why);
    for (const subscription of this.#subscriptions.values()) subscription.end(why);
    this.#ending.put({ command: 'CLOSE', headers: {}, body: undefined, text: why });
  }

  async #add(subscription: TestSubscription, headers: HeaderValues): Promise<void> {
    const { id, destination } = subscription;
    if (this.#subscriptions.has(id)) throw new ExpectationError(`subscription id '${id}' is in use`);
    this.#subscriptions.set(id, subscription);
    await this.request('SUBSCRIBE', { destination, ...headers, id }).catch((error: unknown) => {
      this.#subscriptions.delete(id);
      throw error;
    });
  }
}
