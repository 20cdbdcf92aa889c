// What the client of an HTTP session sends: one request after another, read only when it can be taken.
import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { readBody } from './body.ts';
import { messagesOf } from './frames.ts';

/** A request that carries messages, and the ways to answer it. */
export interface Upload {
  readonly request: IncomingMessage;
  /** The payload in a request's body. */
  payloadOf(body: string): string;
  accept(): void;
  refuse(status: number, reason: string): void;
}

/** How many requests may wait, the one that is being read among them; their clients wait for the answer. */
const mostWaiting = 8;

/**
 * Messages are delivered in the order in which their requests came. While the inbox is paused nothing is
 * read, and the request whose messages were delivered last is not answered: the client sends no more.
 */
export class Inbox {
  readonly #limit: number;
  readonly #owner: { message(text: string): void };
  readonly #queue: Upload[] = [];
  /** Delivered, to be answered after the pause. */
  #held: Upload | undefined;
  #reading = false;
  #paused = false;
  #closed = false;

  /** @param limit - the largest body, in bytes */
  constructor(limit: number, owner: { message(text: string): void }) {
    this.#limit = limit;
    this.#owner = owner;
  }

  add(upload: Upload): void {
    if (this.#queue.length >= mostWaiting) return upload.refuse(503, 'Too many requests wait.');
    this.#queue.push(upload);
    this.#next();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#held?.accept();
    this.#held = undefined;
    this.#next();
  }

  /** Delivers nothing more; who waits is told that there is no session. */
  close(): void {
    this.#closed = true;
    this.#held?.accept();
    this.#held = undefined;
    for (const upload of this.#queue.splice(this.#reading ? 1 : 0)) upload.refuse(404, '');
  }

  #next(): void {
    const upload = this.#queue[0];
    if (upload === undefined || this.#reading || this.#paused) return;
    this.#reading = true;
    readBody(upload.request, this.#limit, (body) => this.#read(upload, body));
  }

  #read(upload: Upload, body: Buffer | 'too-large' | 'aborted'): void {
    this.#reading = false;
    this.#queue.shift();
    if (this.#closed) upload.refuse(404, '');
    else if (body === 'too-large') upload.refuse(413, `A payload has at most ${this.#limit} bytes.`);
    else if (body !== 'aborted') this.#deliver(upload, upload.payloadOf(body.toString()));
    this.#next();
  }

  #deliver(upload: Upload, payload: string): void {
    const messages = messagesOf(payload);
    if (typeof messages === 'string') return upload.refuse(500, messages);
    for (const text of messages) this.#owner.message(text);
    if (this.#paused && !this.#closed) this.#held = upload;
    else upload.accept();
  }
}
