// The framings of STOMP over SockJS: a frame is a JSON string in an array [SockJS protocol 0.3.3, framing].
import { Buffer } from 'node:buffer';
import { webSocketFraming } from './framing.ts';
import { quote } from './sockjs/quote.ts';
import type { Framing } from './transport.ts';

const opening = Buffer.from('a["');
const closing = Buffer.from('"]');
const quotation = Buffer.from('"');
const separation = Buffer.from('",');

/** SockJS over WebSocket: each STOMP frame is `a["..."]` in a text message of its own. */
export const sockJsWebSocketFraming: Framing = Object.freeze({
  name: 'sockjs-websocket',
  quote,
  trailer: closing,
  headerLength: (frameBytes: number) =>
    webSocketFraming.headerLength(messageBytes(frameBytes)) + opening.length,
  writeHeader: (target: Buffer, at: number, frameBytes: number) => {
    const length = messageBytes(frameBytes);
    webSocketFraming.writeHeader(target, at, length, true);
    opening.copy(target, at + webSocketFraming.headerLength(length));
  },
});

/** SockJS over HTTP: each STOMP frame is `"...",`; the receiver makes one array of what it finds. */
export const sockJsHttpFraming: Framing = Object.freeze({
  name: 'sockjs-http',
  quote,
  trailer: separation,
  headerLength: () => quotation.length,
  writeHeader: (target: Buffer, at: number) => void quotation.copy(target, at),
});

function messageBytes(frameBytes: number): number {
  return opening.length + frameBytes + closing.length;
}
