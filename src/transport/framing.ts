// The two plain framings: none (TCP), and one WebSocket message per STOMP frame [RFC 6455, 5.2].
import { Buffer, isUtf8 } from 'node:buffer';
import type { Framing } from './transport.ts';

const nothing = Buffer.alloc(0);

/** TCP: a STOMP frame ends itself with NUL, nothing stands around it. */
export const bareFraming: Framing = Object.freeze({
  name: 'bare',
  trailer: nothing,
  headerLength: () => 0,
  writeHeader: () => {},
});

/** A server's unmasked, unfragmented WebSocket message: text when the frame is UTF-8, binary otherwise. */
export const webSocketFraming: Framing = Object.freeze({
  name: 'websocket',
  trailer: nothing,
  headerLength,
  writeHeader,
});

function headerLength(frameBytes: number): number {
  if (frameBytes < 126) return 2;
  return frameBytes < 65536 ? 4 : 10;
}

function writeHeader(target: Buffer, at: number, frameBytes: number, text: boolean): void {
  target[at] = text ? 0x81 : 0x82;
  if (frameBytes < 126) {
    target[at + 1] = frameBytes;
  } else if (frameBytes < 65536) {
    target[at + 1] = 126;
    target[at + 2] = frameBytes >>> 8;
    target[at + 3] = frameBytes & 0xff;
  } else {
    target[at + 1] = 127;
    target.writeUIntBE(0, at + 2, 2);
    target.writeUIntBE(frameBytes, at + 4, 6);
  }
}

/** Wraps one whole frame; for the frames that only one client gets. */
export function wrap(framing: Framing, frame: Buffer): Buffer {
  const inner = framing.quote === undefined ? frame : framing.quote(frame);
  const header = framing.headerLength(inner.length);
  if (header + framing.trailer.length === 0) return inner;
  const bytes = Buffer.allocUnsafe(header + inner.length + framing.trailer.length);
  framing.writeHeader(bytes, 0, inner.length, isUtf8(frame));
  inner.copy(bytes, header);
  framing.trailer.copy(bytes, header + inner.length);
  return bytes;
}
