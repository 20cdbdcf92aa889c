// STOMP frames as a test writes and reads them.
import { Buffer } from 'node:buffer';
import { type Frame, FrameParser, serverCommands } from '../../../frames/index.ts';
import { Arrivals } from './arrivals.ts';

/** A frame that came from the server, with bytes of its own. */
export interface Received {
  readonly command: string;
  /** The first value of each name. */
  readonly headers: Readonly<Record<string, string>>;
  /** All of them as they came: name, value, name, value... */
  readonly pairs: readonly string[];
  readonly body: Buffer;
}

/** Bytes of a frame, headers as they are given: nothing is escaped, counted or left out. */
export function frameText(
  command: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  return `${command}\n${lines.join('')}\n${body}\0`;
}

export const receivedFrames = (): Arrivals<Received> => new Arrivals(describe);

/** Reads a server's bytes in the version that its CONNECTED names. */
export class ServerFrames {
  readonly frames = receivedFrames();
  /** End-of-lines between frames: heart-beats. */
  readonly heartbeats = new Arrivals<'heart-beat'>();
  onMessage: (message: Received) => void = () => {};
  onReceipt: (receipt: string) => void = () => {};
  readonly #parser = new FrameParser({ accepts: new Set(serverCommands), limits: { frameBytes: 2 ** 30 } });

  write(chunk: Buffer): void {
    if (this.#parser.pending === 0 && chunk.every((byte) => byte === 10)) this.heartbeats.push('heart-beat');
    this.#parser.write(Buffer.from(chunk));
    for (let frame = this.#parser.read(); frame !== null; frame = this.#parser.read()) this.#take(frame);
  }

  #take(frame: Frame): void {
    const version = frame.headers.get('version');
    if (version === '1.0' || version === '1.1') this.#parser.version = version;
    const { command, headers, body } = frame;
    const received = { command, headers: headers.toObject(), pairs: headers.pairs, body: Buffer.from(body) };
    this.frames.push(received);
    if (command === 'MESSAGE') this.onMessage(received);
    if (command === 'RECEIPT') this.onReceipt(received.headers['receipt-id']!);
  }
}

function describe({ command, headers, body }: Received): string {
  const { message, destination } = headers;
  return [command, message ?? destination ?? headers['receipt-id'] ?? '', body.subarray(0, 60)]
    .join(' ')
    .trim();
}
