// The HTTP sessions of an endpoint: opened by their first receiver, found by their id, forgotten at their end.
import type { OutgoingHttpHeaders } from 'node:http';
import { Binding } from './binding.ts';
import type { SockJsOpener } from './connection.ts';
import { answer, type Exchange, say } from './exchange.ts';
import { closeFrame } from './frames.ts';
import type { HttpFraming } from './framing.ts';
import { HttpSession, type SessionHost } from './http-session.ts';
import type { Upload } from './inbox.ts';
import type { SockJsOptions } from './options.ts';
import { Receiver } from './receiver.ts';
import { type Refusals, refusalOf } from './refusals.ts';
import { Turn } from './turn.ts';

/** What may be done with an upload, once its session is known. */
type Uploading = Pick<Upload, 'payloadOf' | 'accept'>;

/** Brings receivers and uploads to their sessions. */
export class HttpSessions {
  readonly #options: SockJsOptions;
  readonly #refusals: Refusals;
  readonly #open: SockJsOpener;
  readonly #host: SessionHost;
  readonly #sessions = new Map<string, HttpSession>();
  #stopped = false;

  constructor(options: SockJsOptions, refusals: Refusals, open: SockJsOpener) {
    this.#options = options;
    this.#refusals = refusals;
    this.#open = open;
    const { wheel, heartbeatDelay, disconnectDelay, bufferBytes, maxMessageBytes } = options;
    this.#host = {
      wheel,
      turn: new Turn(),
      heartbeatDelay,
      disconnectDelay,
      bufferBytes,
      maxMessageBytes,
      forget: (session) => this.#sessions.delete(session.id),
      overflowed: () => refusals.overflow.add(),
    };
  }

  /** How many sessions there are, those that are over and still remembered among them. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Gives a session the response as its receiver; a session that is not known is opened. */
  receive(exchange: Exchange, id: string, headers: OutgoingHttpHeaders, framing: HttpFraming): void {
    const binding = this.#bindingOf(exchange);
    const session = this.#sessions.get(id);
    if (session === undefined) return this.#begin(exchange, id, headers, framing, binding);
    if (!session.binding.admits(binding)) return this.#refuseOwner(exchange);
    const receiver = this.#receiver(exchange, headers, framing);
    if (!session.received) return session.receive(receiver);
    this.#refusals['second-receiver'].add();
    receiver.send(framing.frame(closeFrame(2010, 'Another connection still open')));
    receiver.end();
  }

  /** Gives a session what its client sends. */
  upload(exchange: Exchange, id: string, headers: OutgoingHttpHeaders, uploading: Uploading): void {
    const session = this.#sessions.get(id);
    const refuse = (status: number, reason: string): void => {
      this.#refusals[refusalOf(status)].add();
      say(exchange, status, reason, headers);
    };
    if (session === undefined) return refuse(404, '');
    if (!session.binding.admits(this.#bindingOf(exchange))) return this.#refuseOwner(exchange);
    session.upload({ ...uploading, request: exchange.request, refuse });
  }

  /** Opens no more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Ends all sessions and opens no more. */
  close(code: number, reason: string): void {
    this.stop();
    for (const session of this.#sessions.values()) {
      session.close(code, reason);
      session.destroy();
    }
  }

  #begin(
    exchange: Exchange,
    id: string,
    headers: OutgoingHttpHeaders,
    framing: HttpFraming,
    binding: Binding,
  ): void {
    if (this.#stopped || this.#sessions.size >= this.#options.maxSessions)
      return this.#refuseOpening(exchange);
    const peer = this.#options.peerOf(exchange.request);
    const session = new HttpSession(id, binding, peer, this.#host);
    this.#sessions.set(id, session);
    session.receive(this.#receiver(exchange, headers, framing));
    session.handler = this.#open(session, exchange.handshake);
  }

  #receiver(exchange: Exchange, headers: OutgoingHttpHeaders, framing: HttpFraming): Receiver {
    exchange.request.resume();
    const all = { ...exchange.cors, ...headers };
    return new Receiver(exchange.response, all, framing, this.#options.responseLimit);
  }

  #bindingOf({ request }: Exchange): Binding {
    return new Binding(request, this.#options.bindingOf);
  }

  /** Somebody else's session is none, as far as this client may know. */
  #refuseOwner(exchange: Exchange): void {
    this.#refusals['other-owner'].add();
    answer(exchange, 404);
  }

  #refuseOpening(exchange: Exchange): void {
    this.#refusals['too-many-sessions'].add();
    say(exchange, 503, 'No more sessions are taken.\n');
  }
}
