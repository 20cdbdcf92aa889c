// What WebSocket and TCP connections share: writing to a raw socket and hearing when it has drained.
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';

const nothing = Buffer.alloc(0);

/** A connection as its socket's events find it: the handler is known once the session was made, and gone at the end. */
interface Handled {
  readonly handler: { drained(): void } | undefined;
}

/**
 * Writes to a socket; when the operating system did not take all of it, calls `drained` once it has.
 * The callback costs a tick per write, so it is asked for only then, behind an empty write.
 */
export function writeTo(socket: Socket, bytes: Buffer, connection: Handled): void {
  if (socket.destroyed || socket.writableEnded) return;
  socket.write(bytes);
  if (socket.writableLength > 0) {
    socket.write(nothing, (error) => {
      if (!error && socket.writableLength === 0) connection.handler?.drained();
    });
  }
}
