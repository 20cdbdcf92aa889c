// A session of the HTTP transports: what its client is sent waits here for the receiver that takes it.
import type { Buffer } from 'node:buffer';
import type { TimingWheel, WheelEntry } from '../../time/wheel.ts';
import type { Peer } from '../transport.ts';
import type { Binding } from './binding.ts';
import type { SockJsConnection, SockJsHandler } from './connection.ts';
import { closeFrame, heartbeatFrame, openFrame } from './frames.ts';
import { Inbox, type Upload } from './inbox.ts';
import type { Receiver, ReceiverOwner } from './receiver.ts';
import type { Turn } from './turn.ts';

/** What a session needs of its endpoint. */
export interface SessionHost {
  readonly wheel: TimingWheel;
  readonly turn: Turn;
  readonly heartbeatDelay: number;
  readonly disconnectDelay: number;
  readonly bufferBytes: number;
  readonly maxMessageBytes: number;
  /** The session is over, and was remembered for as long as its client may ask. */
  forget(session: HttpSession): void;
  /** More waited than may wait. */
  overflowed(): void;
}

/**
 * One receiver at a time. While there is none, or while its socket is full, elements wait, up to a limit in
 * bytes; then they leave as one frame. A session that is over answers with its close frame for a while.
 */
export class HttpSession implements SockJsConnection, WheelEntry, ReceiverOwner {
  readonly kind = 'http';
  readonly id: string;
  readonly binding: Binding;
  readonly peer: Peer;
  handler: SockJsHandler | undefined;
  due = 0;
  earlier: WheelEntry | undefined = undefined;
  later: WheelEntry | undefined = undefined;
  readonly #host: SessionHost;
  #state: 'new' | 'open' | 'closing' | 'closed' = 'new';
  #receiver: Receiver | undefined;
  /** Receivers that have ended, for as long as their client has not taken all of them. */
  #leaving: Receiver[] | undefined;
  #inbox: Inbox | undefined;
  #waiting: Buffer[] | undefined;
  #waitingBytes = 0;
  /** Whether the end of the turn flushes. */
  #queued = false;
  /** Whether the application is about to add to what the next frame takes. */
  #gathering = false;
  /** Whether the application saw bytes unsent, and is to hear when they are gone. */
  #behind = false;
  #lastSent = 0;
  #code = 1006;
  #reason = '';

  constructor(id: string, binding: Binding, peer: Peer, host: SessionHost) {
    this.id = id;
    this.binding = binding;
    this.peer = peer;
    this.#host = host;
  }

  get unsent(): number {
    let unsent = this.#waitingBytes + (this.#receiver?.unsent ?? 0);
    if (this.#leaving !== undefined) for (const receiver of this.#leaving) unsent += receiver.unsent;
    return unsent;
  }

  /** Whether a receiver waits for frames already, so that a second one is refused. */
  get received(): boolean {
    return this.#receiver !== undefined;
  }

  /** Takes a receiver; the first one is told that the session is open. */
  receive(receiver: Receiver): void {
    if (this.#state === 'closed') return this.#sayClosed(receiver);
    receiver.owner = this;
    this.#receiver = receiver;
    this.#wakeIn(this.#host.heartbeatDelay);
    if (this.#state === 'new') {
      this.#state = 'open';
      this.#send(receiver, receiver.framing.frame(openFrame));
    } else {
      this.#gather();
      this.flush();
    }
  }

  /** Takes a request that carries messages; it is answered when they were delivered. */
  upload(upload: Upload): void {
    if (this.#state === 'open') this.#uploads().add(upload);
    else upload.refuse(404, '');
  }

  /** A message of the client. */
  message(text: string): void {
    if (this.#state === 'open') this.handler?.message(text);
  }

  send(text: string): void {
    if (this.#state !== 'open') return;
    this.#keep(this.#host.turn.element(text));
    this.#behind = true;
    if (this.#queued || this.#receiver === undefined) return;
    this.#queued = true;
    this.#host.turn.add(this);
  }

  write(bytes: Buffer): void {
    if (this.#state !== 'open' || bytes.length === 0) return;
    this.#keep(bytes);
    this.flush();
    if (this.unsent > 0) this.#behind = true;
  }

  /** Sends what waits, if there is a receiver that takes it. */
  flush(): void {
    this.#queued = false;
    const receiver = this.#receiver;
    if (receiver === undefined || !receiver.ready || this.#gathering) return;
    if (this.#waitingBytes > 0) this.#send(receiver, receiver.framing.array(this.#takeWaiting()));
    if (this.#state === 'closing' && receiver.ready) this.#sayClosed(receiver);
    else if (this.#behind && this.unsent === 0) this.#tellDrained();
  }

  close(code: number, reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#code = code;
    this.#reason = reason;
    this.#inbox?.close();
    this.flush();
  }

  destroy(): void {
    this.#receiver?.destroy();
    this.#receiver = undefined;
    this.#over(1006, '');
    this.#forget();
  }

  pause(): void {
    if (this.#state === 'open') this.#uploads().pause();
  }

  resume(): void {
    this.#inbox?.resume();
  }

  receiverDrained(): void {
    this.flush();
  }

  receiverGone(receiver: Receiver, cut: boolean): void {
    if (receiver === this.#receiver) this.#receiver = undefined;
    this.#left(receiver);
    if (this.#state === 'closed') return;
    if (cut) return this.#finish(1002, 'Connection interrupted');
    // the client has its time from now on, not from when the last byte was written
    if (this.#receiver === undefined) this.#wakeIn(this.#host.disconnectDelay);
    if (this.#behind && this.unsent === 0) this.#tellDrained();
  }

  /** Time is up: for the next heart-beat, for the client to come back, or for remembering the end. */
  wake(now: number): void {
    if (this.#state === 'closed') return this.#forget();
    const rest = this.#lastSent + this.#host.heartbeatDelay - now;
    const receiver = this.#receiver;
    if (receiver === undefined && this.#leaving === undefined) this.#expired();
    else if (rest > 0) this.#wakeIn(rest);
    else if (receiver === undefined) this.#expired();
    else this.#beat(receiver);
  }

  #beat(receiver: Receiver): void {
    this.#wakeIn(this.#host.heartbeatDelay);
    if (receiver.ready) this.#send(receiver, receiver.framing.frame(heartbeatFrame));
  }

  #expired(): void {
    if (this.#state === 'closing') this.#over(this.#code, this.#reason);
    else this.#over(1006, 'the client did not come back');
    this.#forget();
  }

  #uploads(): Inbox {
    this.#inbox ??= new Inbox(this.#host.maxMessageBytes, this);
    return this.#inbox;
  }

  #keep(bytes: Buffer): void {
    this.#waiting ??= [];
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.unsent <= this.#host.bufferBytes) return;
    this.#host.overflowed();
    this.#finish(4500, 'too much waits for this client');
  }

  #takeWaiting(): Buffer {
    const waiting = this.#waiting!;
    this.#waiting = undefined;
    this.#waitingBytes = 0;
    return this.#host.turn.join(waiting);
  }

  /** Whatever the application held back while nobody received goes into the next frame as well. */
  #gather(): void {
    if (!this.#behind) return;
    this.#gathering = true;
    this.handler?.drained();
    this.#gathering = false;
  }

  #tellDrained(): void {
    this.#behind = false;
    this.handler?.drained();
  }

  #send(receiver: Receiver, chunk: Buffer): void {
    this.#lastSent = this.#host.wheel.now;
    receiver.send(chunk);
    if (!receiver.ended) return;
    this.#receiver = undefined;
    this.#leaving ??= [];
    this.#leaving.push(receiver);
  }

  #left(receiver: Receiver): void {
    const others = this.#leaving?.filter((one) => one !== receiver);
    this.#leaving = others?.length === 0 ? undefined : others;
  }

  #sayClosed(receiver: Receiver): void {
    receiver.owner = undefined;
    this.#receiver = undefined;
    if (this.#state !== 'closed') this.#over(this.#code, this.#reason);
    receiver.send(receiver.framing.frame(closeFrame(this.#code, this.#reason)));
    receiver.end();
  }

  /** Ends at once: what waits is lost, and who receives is told, unless it does not read. */
  #finish(code: number, reason: string): void {
    const receiver = this.#receiver;
    this.#over(code, reason);
    if (receiver?.ready) return this.#sayClosed(receiver);
    receiver?.destroy();
    this.#receiver = undefined;
  }

  /** From here on the session is remembered, and does nothing but say how it ended. */
  #over(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#code = code;
    this.#reason = reason;
    this.#waiting = undefined;
    this.#waitingBytes = 0;
    this.#inbox?.close();
    this.#wakeIn(this.#host.disconnectDelay);
    queueMicrotask(() => this.#tellClosed());
  }

  #tellClosed(): void {
    const { handler } = this;
    this.handler = undefined;
    handler?.closed(this.#code, this.#reason);
  }

  #forget(): void {
    this.#host.wheel.cancel(this);
    for (const receiver of this.#leaving ?? []) receiver.destroy();
    this.#leaving = undefined;
    this.#host.forget(this);
  }

  #wakeIn(milliseconds: number): void {
    const { wheel } = this.#host;
    wheel.schedule(this, wheel.now + milliseconds);
  }
}
