// An HTTP proxy between browser and service that can refuse WebSocket and break connections; test pages come from it.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** What becomes of a request to upgrade: it passes, is answered with 403, or its connection is broken. */
export type Upgrades = 'pass' | 'refuse' | 'drop';

/** What is served at a path by the proxy itself. */
export interface Served {
  readonly type: string;
  readonly body: string | Buffer;
}

/** One request that was passed on. */
export interface Passed {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export class CuttingProxy {
  readonly url: string;
  /** The requests that were passed on, upgrades included. */
  readonly passed: Passed[] = [];
  /** What becomes of upgrades. */
  upgrades: Upgrades;
  /** How many upgrades did not pass. */
  stopped = 0;
  /** What is served here, by its path. */
  serves: ReadonlyMap<string, Served>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isDown = false;

  /** @param target - where the service is, such as `http://127.0.0.1:8080` */
  static async start(
    target: string,
    upgrades: Upgrades,
    served: ReadonlyMap<string, Served> = new Map(),
  ): Promise<CuttingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingProxy(server, new URL(target), upgrades, served);
  }

  private constructor(server: Server, target: URL, upgrades: Upgrades, served: ReadonlyMap<string, Served>) {
    this.#server = server;
    this.url = `http://localhost:${(server.address() as AddressInfo).port}`;
    this.upgrades = upgrades;
    this.serves = served;
    server.on('connection', (socket) => this.#keep(socket));
    server.on('request', (request, response) => {
      const own = this.serves.get(new URL(request.url!, this.url).pathname);
      if (own === undefined) this.#pass(request, response, target);
      else response.writeHead(200, { 'Content-Type': own.type, 'Cache-Control': 'no-store' }).end(own.body);
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head, target));
  }

  /** Breaks every connection that there is now, and lets nobody connect until `mend`. */
  cut(): void {
    this.#isDown = true;
    this.#breakAll();
  }

  mend(): void {
    this.#isDown = false;
  }

  close(): void {
    this.#server.close();
    this.#breakAll();
  }

  #breakAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #keep(socket: Socket): void {
    socket.on('error', () => {});
    if (this.#isDown) return void socket.resetAndDestroy();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #note({ method = '', url = '', headers }: IncomingMessage): void {
    this.passed.push({ method, url, headers });
  }

  #pass(incoming: IncomingMessage, response: ServerResponse, target: URL): void {
    this.#note(incoming);
    const { method, url, headers } = incoming;
    const { hostname, port } = target;
    const outgoing = request({ hostname, port, method, path: url, headers, agent: false });
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  #upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer, target: URL): void {
    if (this.upgrades !== 'pass') this.stopped++;
    if (this.upgrades === 'drop') return void socket.destroy();
    if (this.upgrades === 'refuse')
      return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    this.#note(incoming);
    const service = connect(Number(target.port), target.hostname);
    this.#keep(service);
    const lines: string[] = [];
    for (let i = 0; i < incoming.rawHeaders.length; i += 2)
      lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}\r\n`);
    service.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    service.write(head);
    service.pipe(socket);
    socket.pipe(service);
    service.on('close', () => socket.destroy());
    socket.on('close', () => service.destroy());
  }
}
