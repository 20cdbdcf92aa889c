// What the listeners for upgrades share: reading the opening request, and refusing it.
import { Buffer } from 'node:buffer';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OriginGuard } from './origins.ts';
import type { Accept, Handshake, Peer } from './transport.ts';

/** What the session may know of its opening request. */
export function handshakeOf(request: IncomingMessage): Handshake {
  const url = request.url ?? '/';
  const at = url.indexOf('?');
  const [path, query] = at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at)];
  return { path, query, headers: request.headers };
}

/** What decides whether an upgrade is let in. */
export interface Admission {
  readonly guard: OriginGuard;
  /** Who sent a request, with trusted proxies looked through. */
  peerOf(request: IncomingMessage): Peer;
}

/**
 * Who comes in by an upgrade; `undefined`: it was refused.
 *
 * @param accept - none: the server is shutting down
 */
export function admitted(
  request: IncomingMessage,
  socket: Duplex,
  accept: Accept | undefined,
  admission: Admission,
): { readonly peer: Peer; readonly accept: Accept } | undefined {
  if (accept === undefined) return void refuse(socket, 503, 'the server is shutting down');
  const peer = admission.peerOf(request);
  const { origin, host } = request.headers;
  const refusal = admission.guard({ origin, host, secure: peer.secure });
  if (refusal !== undefined) return void refuse(socket, 403, refusal);
  return { peer, accept };
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
