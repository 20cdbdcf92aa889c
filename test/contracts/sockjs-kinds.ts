// The SockJS kinds of connection that the transport suite is run against, each with a client of its own.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TimingWheel } from '../../src/time/wheel.ts';
import { SockJsTransport } from '../../src/transport/sockjs-transport.ts';
import { connectSockJs, type SockJsHttpWay, type SockJsWay } from './sockjs-clients.ts';
import type { OpenTransport, TransportKind } from './transport.ts';

const brought = 'its requests are brought by whoever has the HTTP server, and the address';

/** What no SockJS connection can hold. */
const sockJsSkips = {
  'rejects the start at an address that is taken': brought,
  'has addresses once it is started': brought,
};

/** What the connections over HTTP cannot hold besides. */
const httpSkips = {
  ...sockJsSkips,
  'tells an orderly end once, last, and as one': 'HTTP knows no good-bye: a client asks no more',
  'drains only when nothing is unsent':
    'it asks for more when a request comes, so that one answer takes all of it',
};

async function openSockJs(how: SockJsWay, responseLimit: number): Promise<OpenTransport> {
  const wheel = new TimingWheel();
  const http = createServer({ noDelay: true });
  const transport = new SockJsTransport(['/ws'], {
    websocket: true,
    cookie: false,
    jsonp: true,
    origins: [],
    guard: () => undefined,
    peerOf: ({ socket }) => ({ transport: 'websocket', address: socket.remoteAddress!, secure: false }),
    wheel,
    responseLimit,
    heartbeatDelay: 25_000,
    disconnectDelay: 2000,
    bufferBytes: 512 * 1024 * 1024,
    maxMessageBytes: 1024 * 1024,
    maxSessions: 100,
  });
  http.on('request', (request, response) => transport.handle(request, response));
  http.on('upgrade', (request, socket, head) => transport.upgrade(request, socket as Socket, head));
  return {
    transport,
    start: async (accept) => {
      wheel.start();
      await transport.start(accept);
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
    },
    connect: () => connectSockJs(`http://127.0.0.1:${(http.address() as AddressInfo).port}/ws`, how),
    rival: () => transport,
    close: async () => {
      transport.close();
      http.close();
      http.closeAllConnections();
      wheel.close();
    },
  };
}

/** STOMP over SockJS over WebSocket. */
export function sockJsWebSocket(): TransportKind {
  return {
    name: 'sockjs websocket',
    skips: sockJsSkips,
    open: () => openSockJs('websocket', 131_072),
  };
}

/** STOMP over one of SockJS's HTTP transports. @param responseLimit - bytes after which a stream is begun anew */
export function sockJsHttp(name: SockJsHttpWay, responseLimit = 131_072): TransportKind {
  return {
    name: `sockjs ${name}, recycled after ${responseLimit} bytes`,
    skips: httpSkips,
    open: () => openSockJs(name, responseLimit),
  };
}
