// How the HTTP transports wrap SockJS frames: one class, and what differs between them as values.
import { Buffer } from 'node:buffer';
import { arrayParts } from './frames.ts';

/** What makes a transport: its content type, and what stands around a frame. */
interface Shape {
  readonly contentType: string;
  /** Whether a response carries many frames. */
  readonly streaming: boolean;
  readonly prelude?: string;
  readonly before?: string;
  readonly after: string;
  /** How a frame is written; as it is when not given. */
  readonly written?: (frame: Buffer) => Buffer;
}

const crlf = Buffer.from('\r\n');

/**
 * One transport's framing. Everything comes as one HTTP chunk [RFC 9112, 7.1], ready for the socket; the run
 * that was wrapped last is kept for the turn, so that sessions which are sent the same bytes share the chunk.
 */
export class HttpFraming {
  readonly contentType: string;
  readonly streaming: boolean;
  /** What a streaming response begins with, for browsers that show nothing before it. */
  readonly prelude: Buffer | undefined;
  readonly #before: Buffer;
  readonly #after: Buffer;
  readonly #written: ((frame: Buffer) => Buffer) | undefined;
  #lastRun: Buffer | undefined;
  #lastChunk: Buffer | undefined;

  constructor(shape: Shape) {
    this.contentType = shape.contentType;
    this.streaming = shape.streaming;
    this.prelude = shape.prelude === undefined ? undefined : chunkOf([Buffer.from(shape.prelude)]);
    this.#before = Buffer.from(shape.before ?? '');
    this.#after = Buffer.from(shape.after);
    this.#written = shape.written;
  }

  /** One frame, such as `o`. */
  frame(frame: Buffer): Buffer {
    return this.#wrap([frame]);
  }

  /** One `a[...]` frame that holds a run of elements, each followed by a comma. */
  array(run: Buffer): Buffer {
    if (run !== this.#lastRun) {
      if (this.#lastRun === undefined) setImmediate(this.#forget);
      this.#lastChunk = this.#wrap(arrayParts(run));
      this.#lastRun = run;
    }
    return this.#lastChunk!;
  }

  readonly #forget = (): void => {
    this.#lastRun = undefined;
    this.#lastChunk = undefined;
  };

  #wrap(frame: Buffer[]): Buffer {
    const parts = this.#written === undefined ? frame : [this.#written(Buffer.concat(frame))];
    return chunkOf([this.#before, ...parts, this.#after]);
  }
}

function chunkOf(parts: readonly Buffer[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  return Buffer.concat([Buffer.from(`${length.toString(16)}\r\n`), ...parts, crlf]);
}

/** What is in a chunk: for responses that are not chunked. */
export function payloadOf(chunk: Buffer): Buffer {
  return chunk.subarray(chunk.indexOf(0x0a) + 1, -2);
}

/** A string literal; no tag can end the script that it stands in. */
function scriptString(frame: Buffer): Buffer {
  return Buffer.from(JSON.stringify(frame.toString()).replaceAll('<', '\\u003c'));
}

/** sockjs-client decodes events like addresses, so a per cent sign in a message must not stand there as it is. */
function withoutPercent(frame: Buffer): Buffer {
  return frame.includes(0x25) ? Buffer.from(frame.toString().replaceAll('%', '\\u0025')) : frame;
}

const javascript = 'application/javascript; charset=UTF-8';

export const xhrFraming = new HttpFraming({ contentType: javascript, streaming: false, after: '\n' });

export const xhrStreamingFraming = new HttpFraming({
  contentType: javascript,
  streaming: true,
  prelude: `${'h'.repeat(2048)}\n`,
  after: '\n',
});

export const eventSourceFraming = new HttpFraming({
  contentType: 'text/event-stream; charset=UTF-8',
  streaming: true,
  prelude: '\r\n',
  before: 'data: ',
  after: '\r\n\r\n',
  written: withoutPercent,
});

/** The page that a hidden iframe loads; each frame calls the page around it [SockJS 0.3.3, HtmlFile]. */
export function htmlFileFraming(callback: string): HttpFraming {
  return new HttpFraming({
    contentType: 'text/html; charset=UTF-8',
    streaming: true,
    prelude: `${htmlFilePage(callback).padEnd(1024)}\r\n\r\n`,
    before: '<script>\np(',
    after: ');\n</script>\r\n',
    written: scriptString,
  });
}

export function jsonpFraming(callback: string): HttpFraming {
  return new HttpFraming({
    contentType: javascript,
    streaming: false,
    before: `${callback}(`,
    after: ');\r\n',
    written: scriptString,
  });
}

/** Letter by letter what the protocol prescribes. */
const htmlFilePage = (callback: string): string => `<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.${callback};
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>`;
