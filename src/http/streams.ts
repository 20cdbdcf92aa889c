// Sessions by HTTP alone: event streams, and who it is that sends a request.
import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ClientCommand, Headers, serializeFrame } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import { checkedUser } from '../auth/identity.ts';
import { type Heard, heardOf } from '../broker/listening.ts';
import type { Config } from '../config/config.ts';
import { StompwireError } from '../errors.ts';
import { isPattern } from '../message/destination.ts';
import { identify } from '../session/identify.ts';
import type { SessionServices } from '../session/services.ts';
import type { Sessions } from '../session/sessions.ts';
import { asStompwireError } from '../session/told.ts';
import { basicCredentials } from '../transport/basic.ts';
import { EventStreamConnection, eventFraming, placeReceipt } from '../transport/event-stream.ts';
import type { Framing, Handshake, Peer } from '../transport/transport.ts';
import { handshakeOf } from '../transport/upgrade.ts';
import { peerReader } from './http.ts';

/** Whom a request may name, where names are not proven. */
export interface RequestedName {
  /** Default: that of `Authorization: Basic`. */
  readonly login?: string | undefined;
}

/** What a stream is to be. */
export interface StreamAsked extends RequestedName {
  readonly destination: string;
  /**
   * Where a client begins that brings no `Last-Event-ID`, on a logged destination: a message-id, `first`, or `last-`
   * and a number. Default: with what is said from now on.
   */
  readonly resumeFrom?: string | undefined;
  /** Who it is, when the program has made sure; default: what the authenticator says of the request. */
  readonly user?: User | undefined;
  /**
   * Makes the data of an event; default: the body, as text. It is asked once per message, not once per stream, as long
   * as all streams of a destination are given the same function.
   */
  readonly data?: ((message: Heard) => string) | undefined;
}

/** What streams stand on, once the server has started. */
interface Started {
  readonly sessions: Pick<Sessions, 'accept'>;
  readonly services: SessionServices;
  readonly peerOf: (request: IncomingMessage) => Peer;
  /** How many streams a name may have open. */
  readonly maxPerUser: number;
  /** In which a page of ours repeats the value of its cookie. */
  readonly csrfHeader: string;
  /** Under which sessions have queues of their own, which are not logged. */
  readonly userPrefix: string;
}

const plain = eventFraming();

/** With what is said from now on; but a client that is cut off before anything was said comes back to this place. */
const fromNow = 'last-0';

/**
 * Event streams (SSE). A stream is a session like any other, which is opened by a CONNECT and a SUBSCRIBE of the
 * server's own making: authentication, interceptors, rules, limits, heart-beats, slow clients, drains and metrics are
 * those of all sessions.
 *
 * @example
 * ```ts
 * import { createServer } from 'stompwire';
 *
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent', logged: ['/topic/orders'] });
 * server.http.get('/orders', { exposeHeadRoute: false }, async (request, reply) => {
 *   await server.streams.open(request, reply, { destination: '/topic/orders', resumeFrom: 'last-10' });
 *   return reply;
 * });
 * await server.start();
 * await server.close();
 * ```
 */
export class Streams {
  readonly #framings = new WeakMap<object, Framing>();
  /** Open streams by name. */
  readonly #counts = new Map<string, number>();
  #parts: Started | undefined;

  /** @internal */
  start(sessions: Started['sessions'], services: SessionServices, config: Config): void {
    const peer = peerReader(config);
    const peerOf: Started['peerOf'] = (request) => ({ ...peer(request), transport: 'http' });
    const { maxStreamsPerUser: maxPerUser, csrfHeader, userPrefix } = config;
    this.#parts = { sessions, services, peerOf, maxPerUser, csrfHeader, userPrefix };
  }

  /** @internal Opens no more; those that are open live on. */
  stop(): void {
    this.#parts = undefined;
  }

  /**
   * Answers a request with a stream; done when its subscription holds. Until then nothing is answered: what it is
   * refused with is the caller's to tell. Afterwards return the `reply`, and touch it no more.
   *
   * A MESSAGE is an event `message` whose id is its message-id. `Last-Event-ID` resumes behind it, and what came of
   * that is told first, as an event `resume` with `{"resume":"complete"}`; what the server cannot give any more is
   * marked by an event `discontinuity`. A session that is ended for a reason tells it in an event `error`.
   *
   * @throws {StompwireError} whatever a CONNECT or a SUBSCRIBE is refused with; `too-many-sessions`; `going-away`
   */
  async open(request: FastifyRequest, reply: FastifyReply, asked: StreamAsked): Promise<void> {
    const started = this.#started();
    const { sessions, services, peerOf } = started;
    const user = await this.userOf(request, asked);
    const release = this.#take(user.name);
    try {
      const connection = new EventStreamConnection(
        reply.raw,
        peerOf(request.raw),
        this.#framingOf(asked.data),
        () => begin(reply),
      );
      const frames = framesOf(services, asked.destination, resumeFrom(request, asked, started));
      const session = sessions.accept(connection, handshakeOf(request.raw), user);
      connection.handler = session;
      session.ended.addEventListener('abort', release);
      for (const frame of frames) session.received(frame);
      await connection.begun;
    } catch (error) {
      release();
      throw asStompwireError(error);
    }
  }

  /**
   * Who sends a request, by the credentials that it shows: `Authorization` with `Bearer` or `Basic`, and what the
   * options allow beside. What goes for the CONNECT of a client goes here.
   *
   * @throws {StompwireError} `authentication-failed`, `authentication-unavailable`, or what the authenticator throws;
   *   `going-away`
   */
  async userOf(request: FastifyRequest, asked: Pick<StreamAsked, 'login' | 'user'> = {}): Promise<User> {
    const { services, peerOf, csrfHeader } = this.#started();
    if (asked.user !== undefined) return checkedUser(asked.user, services.clock());
    const handshake: Handshake = handshakeOf(request.raw);
    const shown = Headers.from({ ...credentialsOf(request, asked.login), ...tokenIn(request, csrfHeader) });
    return identify({ id: 'http', peer: peerOf(request.raw), handshake, services }, shown);
  }

  #started(): Started {
    if (this.#parts === undefined) throw new StompwireError('going-away', 'the server takes no clients now');
    return this.#parts;
  }

  #take(name: string): () => void {
    const { maxPerUser } = this.#started();
    const count = this.#counts.get(name) ?? 0;
    if (count >= maxPerUser)
      throw new StompwireError(
        'too-many-sessions',
        `one name may have maxStreamsPerUser=${maxPerUser} streams open`,
      );
    this.#counts.set(name, count + 1);
    let taken = true;
    return () => {
      if (taken) this.#giveBack(name);
      taken = false;
    };
  }

  #giveBack(name: string): void {
    const left = (this.#counts.get(name) ?? 1) - 1;
    if (left === 0) this.#counts.delete(name);
    else this.#counts.set(name, left);
  }

  /** Streams of one function are encoded alike. */
  #framingOf(data: StreamAsked['data']): Framing {
    if (data === undefined) return plain;
    const known = this.#framings.get(data) ?? eventFraming((message) => data(heardOf(message)));
    this.#framings.set(data, known);
    return known;
  }
}

/** From here on the response is the stream's; what hooks have put into its head goes along. */
function begin(reply: FastifyReply): Record<string, number | string | string[] | undefined> {
  const headers = reply.getHeaders();
  if (!reply.sent) reply.hijack();
  return headers;
}

/** Where a client begins; of a destination that is not logged nothing can be resumed. */
function resumeFrom(
  { headers }: FastifyRequest,
  { destination, resumeFrom: first }: StreamAsked,
  { services: { replay, broker }, userPrefix }: Started,
): string | undefined {
  const isLogged = replay !== undefined && broker.policies.of(destination) !== undefined;
  const last = headers['last-event-id'];
  if (typeof last === 'string' && last !== '') return isLogged ? last : undefined;
  if (first !== undefined || !isLogged || isPattern(destination)) return first;
  return destination.startsWith(`${userPrefix}/`) ? undefined : fromNow;
}

/** What a client would say; heart-beats as often as the server likes. */
function framesOf({ options }: SessionServices, destination: string, from: string | undefined): Buffer[] {
  const [host = ''] = options.virtualHosts;
  // who asked for no place is told where it is, and nothing of resuming
  const subscription = { id: 'sse', destination, receipt: from === fromNow ? placeReceipt : 'sse' };
  return [
    frameOf('CONNECT', { 'accept-version': '1.2', host, 'heart-beat': '0,1' }),
    frameOf('SUBSCRIBE', { ...subscription, ...(from !== undefined && { 'resume-from': from }) }),
  ];
}

function frameOf(command: ClientCommand, headers: Record<string, string>): Buffer {
  return serializeFrame({ command, headers: Headers.from(headers) }, '1.2');
}

/** Of HTTP, where names have no case. */
function tokenIn({ headers }: FastifyRequest, csrfHeader: string): Record<string, string> {
  const token = headers[csrfHeader.toLowerCase()];
  return typeof token === 'string' ? { [csrfHeader]: token } : {};
}

function credentialsOf({ headers }: FastifyRequest, login: string | undefined): Record<string, string> {
  return basicCredentials(headers) ?? (login === undefined ? {} : { login });
}
