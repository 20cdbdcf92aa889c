// One open HTTP response that takes the frames of a session: the half of a connection that goes down.
import type { Buffer } from 'node:buffer';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { writeTo } from '../socket.ts';
import { type HttpFraming, payloadOf } from './framing.ts';

/** Who is told of a receiver: the session whose frames it takes. */
export interface ReceiverOwner {
  /** The socket has taken what was written. */
  receiverDrained(receiver: Receiver): void;
  /** The response is over. @param cut - frames may be lost: the client went before it had everything */
  receiverGone(receiver: Receiver, cut: boolean): void;
}

const kReceiver = Symbol('receiver');
/** The receiver hangs on its response, so that one listener serves all of them. */
type Owned = ServerResponse & { [kReceiver]: Receiver };

/**
 * Polling responses take one frame, streaming ones as many as fit under the limit. Chunks of a stream are
 * written to the socket as they are: one write and no copy, where `response.write` makes four writes.
 */
export class Receiver {
  readonly framing: HttpFraming;
  /** Whether it takes no more frames. */
  ended = false;
  owner: ReceiverOwner | undefined;
  readonly #response: ServerResponse;
  /** Kept until the head is sent. */
  #headers: OutgoingHttpHeaders | undefined;
  #left: number;
  #slow = false;

  /** @param limit - how many bytes of frames a streaming response carries */
  constructor(
    response: ServerResponse,
    headers: OutgoingHttpHeaders,
    framing: HttpFraming,
    limit: number,
    owner?: ReceiverOwner,
  ) {
    this.#response = response;
    this.#headers = { ...headers, 'Content-Type': framing.contentType };
    this.framing = framing;
    this.owner = owner;
    this.#left = limit;
    (response as Owned)[kReceiver] = this;
    response.on('close', onClose);
    if (framing.streaming) this.#begin();
  }

  /** Whether a frame can be sent that does not wait behind others. */
  get ready(): boolean {
    return !this.ended && !this.#slow;
  }

  get unsent(): number {
    return this.#response.writableLength;
  }

  /** Sends a chunk that the framing made; afterwards it may be `ended`. */
  send(chunk: Buffer): void {
    if (this.ended) return;
    if (!this.framing.streaming) return this.#answer(payloadOf(chunk));
    this.#write(chunk);
    this.#left -= chunk.length - overhead(chunk);
    if (this.#left <= 0) this.end();
  }

  /** Ends a streaming response in an orderly way. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.#response.end();
  }

  /** Cuts the response off. */
  destroy(): void {
    this.ended = true;
    this.owner = undefined;
    this.#response.destroy();
  }

  /** Who hears of drains, for `writeTo`. */
  get handler(): { drained(): void } {
    return this;
  }

  drained(): void {
    this.#slow = false;
    this.owner?.receiverDrained(this);
  }

  closed(): void {
    const cut = !this.#response.writableFinished;
    this.ended = true;
    this.owner?.receiverGone(this, cut);
    this.owner = undefined;
  }

  #begin(): void {
    forget(this.#response.req);
    this.#response.writeHead(200, this.#headers);
    this.#headers = undefined;
    this.#response.flushHeaders();
    if (this.framing.prelude !== undefined) this.#write(this.framing.prelude);
  }

  #answer(payload: Buffer): void {
    this.ended = true;
    this.#response.writeHead(200, { ...this.#headers, 'Content-Length': payload.length });
    this.#headers = undefined;
    this.#response.end(payload);
  }

  /** HTTP/1.0 knows no chunks, and a pipelined response has no socket yet: these go the long way. */
  #write(chunk: Buffer): void {
    const { socket, chunkedEncoding } = this.#response;
    if (socket === null || !chunkedEncoding) {
      this.#response.write(payloadOf(chunk));
    } else {
      writeTo(socket, chunk, this);
      this.#slow = socket.writableLength > 0;
    }
  }
}

const noHeaders = Object.freeze({});

/** A stream may stay for hours: its request was read, and its headers would cost as much as the session. */
function forget(request: IncomingMessage): void {
  request.rawHeaders = [];
  request.headers = noHeaders;
}

function onClose(this: ServerResponse): void {
  (this as Owned)[kReceiver].closed();
}

/** What HTTP adds to a chunk's payload. */
function overhead(chunk: Buffer): number {
  return chunk.indexOf(0x0a) + 1 + 2;
}
