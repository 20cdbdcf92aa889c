// The server that the SockJS protocol document tests: its four services, for `npm run sockjs:server` and our tests.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  originGuard,
  SockJs,
  type SockJsOpener,
  type SockJsOptions,
  sockJsDefaults,
  TimingWheel,
} from '../src/sockjs.ts';

/** Sends back what it is sent. */
export const echo: SockJsOpener = (connection) => ({
  message: (text) => connection.send(text),
  drained: () => {},
  closed: () => {},
});

/** Closes at once. */
const close: SockJsOpener = (connection) => {
  connection.close(3000, 'Go away!');
  return { message: () => {}, drained: () => {}, closed: () => {} };
};

/** Options for tests: any origin, everything on. */
export function openOptions(prefix: string, wheel: TimingWheel): SockJsOptions {
  return {
    ...sockJsDefaults,
    prefix,
    wheel,
    rawWebsocket: true,
    jsonp: true,
    origins: ['*'],
    guard: originGuard(['*'], 'localhost'),
    peerOf: ({ socket }) => ({ transport: 'websocket', address: socket.remoteAddress ?? '', secure: false }),
  };
}

/** What the protocol document calls the test server. */
export function protocolEndpoints(wheel: TimingWheel): SockJs[] {
  const options = (prefix: string): SockJsOptions => ({ ...openOptions(prefix, wheel), responseLimit: 4096 });
  return [
    new SockJs(options('/echo'), echo),
    new SockJs({ ...options('/disabled_websocket_echo'), websocket: false }, echo),
    new SockJs({ ...options('/cookie_needed_echo'), cookie: 'jsessionid' }, echo),
    new SockJs(options('/close'), close),
  ];
}

/** An HTTP server with nothing but these endpoints. */
export function serverOf(endpoints: readonly SockJs[]): Server {
  const server = createServer((request, response) => {
    if (!endpoints.some((one) => one.handle(request, response))) response.writeHead(404).end();
  });
  return server.on('upgrade', (request, socket, head) => {
    if (!endpoints.some((one) => one.upgrade(request, socket, head))) socket.destroy();
  });
}

/** Listens on loopback, and resolves with the address. */
export async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

if (import.meta.main) {
  const wheel = new TimingWheel();
  wheel.start();
  const url = await listen(serverOf(protocolEndpoints(wheel)), Number(process.env.PORT ?? 8081));
  console.log(`SockJS test services on ${url}: /echo, /disabled_websocket_echo, /cookie_needed_echo, /close`);
}
