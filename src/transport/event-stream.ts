// Event streams: a session on one HTTP response, whose MESSAGEs are events [HTML, Server-sent events].
import { Buffer } from 'node:buffer';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type Frame, FrameParser } from '../../frames/index.ts';
import { StompwireError } from '../errors.ts';
import type { Message } from '../message/message.ts';
import { writeTo } from './socket.ts';
import type { Connection, ConnectionHandler, Framing, Peer } from './transport.ts';

const nothing = Buffer.alloc(0);
const lineFeed = 0x0a;
const heartBeat = Buffer.from(':\n\n');

/** The receipt of a SUBSCRIBE whose client asked for no place: it is told its place, and nothing more. */
export const placeReceipt = 'sse-place';

/** What the data of an event is, made of a message; the same text for every stream. */
export type EventData = (message: Message) => string;

const bodyOf: EventData = ({ body }) => body.toString();

/**
 * The framing of event streams. A MESSAGE is an event `message`, with its message-id where that can be resumed from;
 * heart-beats are comments; what a RECEIPT says of resuming is an event `resume`, an ERROR an event `error`.
 *
 * @param dataOf - default: the body, as text
 */
export function eventFraming(dataOf: EventData = bodyOf): Framing {
  return Object.freeze({
    name: 'event-stream',
    quote: saidOf,
    event: (message: Message) => Buffer.from(eventOf(message, dataOf(message))),
    trailer: nothing,
    headerLength: () => 0,
    writeHeader: () => {},
  });
}

function eventOf({ id, position, headers }: Message, data: string): string {
  const gap = headers[0] === 'discontinuity' ? event('discontinuity', '{}') : '';
  const place = position === undefined ? '' : `id: ${id}\n`;
  return `${gap}${place}${event('message', data)}`;
}

/** A line of data each: a stream knows no other way to write the end of a line. */
function event(name: string, data: string): string {
  return `event: ${name}\ndata: ${data.replace(/\r\n|\n|\r/g, '\ndata: ')}\n\n`;
}

/** A frame that is no MESSAGE, as it is said in a stream. */
function saidOf(bytes: Buffer): Buffer {
  if (bytes.length === 1 && bytes[0] === lineFeed) return heartBeat;
  const parser = new FrameParser({});
  parser.write(bytes);
  const frame = parser.read();
  return Buffer.from(frame === null ? '' : textOf(frame));
}

function textOf({ command, headers }: Frame): string {
  if (command === 'ERROR') return farewellOf(headers);
  if (command !== 'RECEIPT') return '';
  const resume = headers.get('resume');
  if (resume === undefined) return ':subscribed\n\n';
  // who is cut off before the first message comes back to this place
  const place = `id: ${headers.get('position')}\n`;
  // an id alone counts, and is no event
  if (headers.get('receipt-id') === placeReceipt) return `${place}:subscribed\n\n`;
  return `${place}${event('resume', JSON.stringify({ resume }))}`;
}

/** That the server goes is no failure to a page: its stream comes back by itself. */
function farewellOf(headers: Frame['headers']): string {
  const [code, retryAfter] = [headers.get('code'), headers.get('retry-after')];
  const retry = retryAfter === undefined ? '' : `retry: ${retryAfter}\n`;
  if (code === 'going-away') return `${retry}:${code}\n\n`;
  return `${retry}${event('error', JSON.stringify({ code, message: headers.get('message') }))}`;
}

/** What goes with every stream: nobody keeps it, packs it or holds it back. */
const streamHeaders = Object.freeze({
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  // the end of the stream is the end of the connection: nothing stands around the events, with any version of HTTP
  connection: 'close',
});

/**
 * A response under a session. The stream begins with the first thing that is said; who is refused before that is
 * answered by whoever has the response.
 */
export class EventStreamConnection implements Connection {
  readonly framing: Framing;
  readonly peer: Peer;
  handler: ConnectionHandler | undefined;
  readonly #response: ServerResponse;
  readonly #begin: () => OutgoingHttpHeaders;
  /** Done when the stream has begun, or its client has gone; fails with why it was refused. */
  readonly begun: Promise<void>;
  #resolve: () => void = () => {};
  #reject: (error: StompwireError) => void = () => {};
  #state: 'waiting' | 'open' | 'over' = 'waiting';
  #refusal: StompwireError | undefined;

  /** @param begin - called when the response becomes a stream. @returns further headers */
  constructor(response: ServerResponse, peer: Peer, framing: Framing, begin: () => OutgoingHttpHeaders) {
    this.#response = response;
    this.peer = peer;
    this.framing = framing;
    this.#begin = begin;
    this.begun = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    response.once('close', this.#gone);
    response.once('finish', this.#gone);
  }

  get unsent(): number {
    return this.#response.writableLength;
  }

  write(bytes: Buffer): void {
    if (bytes.length === 0 || this.#state === 'over') return;
    if (this.#state === 'waiting') {
      if (this.#refusal !== undefined) return;
      this.#open();
    }
    this.#send(bytes);
  }

  refused(error: StompwireError): void {
    this.#refusal = error;
  }

  close(code: number, reason: string): void {
    if (this.#state === 'waiting') return this.#refuse(code, reason);
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#response.end();
  }

  destroy(): void {
    if (this.#state === 'waiting') return this.#refuse(1006, '');
    this.#state = 'over';
    this.#response.destroy();
  }

  /** Nothing is read of a stream. */
  pause(): void {}

  resume(): void {}

  #open(): void {
    this.#state = 'open';
    const response = this.#response;
    const headers = this.#begin();
    response.removeHeader('transfer-encoding'); // else it would come in chunks
    response.writeHead(200, { ...headers, ...streamHeaders });
    response.flushHeaders();
    this.#resolve();
  }

  /** Straight to the socket; a response that has none of its own (yet) goes the long way. */
  #send(bytes: Buffer): void {
    const response = this.#response;
    if (response.socket instanceof Socket) return writeTo(response.socket, bytes, this);
    response.write(bytes, (error) => {
      if (!error && response.writableLength === 0) this.handler?.drained();
    });
  }

  #refuse(code: number, reason: string): void {
    this.#state = 'over';
    this.#reject(this.#refusal ?? new StompwireError('going-away'));
    setImmediate(() => this.#end(code, reason)); // not from within a call of the session
  }

  /** The client does not say why it goes. */
  readonly #gone = (): void => {
    const was = this.#state;
    this.#state = 'over';
    if (was === 'waiting') this.#begin();
    this.#resolve();
    this.#end(this.#response.errored ? 1006 : 1000, '');
  };

  #end(code: number, reason: string): void {
    const { handler } = this;
    this.handler = undefined;
    handler?.closed(code, reason);
  }
}
