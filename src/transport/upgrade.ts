// What the listeners for upgrades share: reading the opening request, and refusing it.
import { Buffer } from 'node:buffer';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Handshake } from './transport.ts';

/** What the session may know of its opening request. */
export function handshakeOf(request: IncomingMessage): Handshake {
  const url = request.url ?? '/';
  const at = url.indexOf('?');
  const [path, query] = at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at)];
  return { path, query, headers: request.headers };
}

/** Answers an upgrade with an error instead, and ends the connection. @param reason - `''`: no body */
export function refuse(
  socket: Duplex,
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  socket.on('error', () => socket.destroy());
  // an HTTP server leaves our side of the socket open until the client closes its own
  socket.once('finish', () => socket.destroy());
  const body = reason === '' ? '' : `${reason}\n`;
  const type = reason === '' ? {} : { 'Content-Type': 'text/plain;charset=UTF-8' };
  const all = { Connection: 'close', ...type, ...headers, 'Content-Length': Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
