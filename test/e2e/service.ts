// The chat service in the test's own process, on free loopback ports, and the clients that a test opens on it.
import { installChat } from '../../src/chat/chat.ts';
import { type Addresses, type Config, createServer, type Server } from '../../src/index.ts';
import { RawTcp } from './clients/raw-tcp.ts';
import { type Opening, RawWebSocket } from './clients/raw-web-socket.ts';
import { Stompit } from './clients/stompit.ts';
import { type PageSettings, StompJs } from './clients/stompjs.ts';

/** How a test's service differs from a real one. */
const quietAndFree = { port: 0, stompPort: 0, ops: 0, logLevel: 'silent' } as const;

export class Service {
  readonly server: Server;
  readonly #clients: { drop(): void }[] = [];

  /** @param prepare - adds handlers and interceptors before the start */
  static async start(options: Partial<Config> = {}, prepare?: (server: Server) => void): Promise<Service> {
    const service = new Service(createServer({ ...quietAndFree, ...options }));
    installChat(service.server);
    prepare?.(service.server);
    await service.server.start();
    return service;
  }

  private constructor(server: Server) {
    this.server = server;
  }

  get addresses(): Addresses {
    return this.server.addresses;
  }

  get endpoint(): string {
    return this.addresses.endpoints[0]!;
  }

  /** Where the page of the chat is. */
  get pageAddress(): string {
    return this.endpoint.replace(/^ws/, 'http').replace(/\/ws$/, '');
  }

  /** A page that is connected. */
  async page(settings?: PageSettings, url = this.endpoint): Promise<StompJs> {
    const page = this.#kept(new StompJs(url, settings));
    await page.connected();
    return page;
  }

  /** A page that is not connected yet. */
  newPage(settings?: PageSettings, url = this.endpoint): StompJs {
    return this.#kept(new StompJs(url, settings));
  }

  async stompit(settings?: Parameters<typeof Stompit.open>[1]): Promise<Stompit> {
    return this.#kept(await Stompit.open(this.addresses.stomp!, settings));
  }

  async tcp(address = this.addresses.stomp!, ca?: string): Promise<RawTcp> {
    return this.#kept(await RawTcp.open(address, ca));
  }

  async webSocket(opening?: Opening, url = this.endpoint): Promise<RawWebSocket> {
    return this.#kept(await RawWebSocket.open(url, opening));
  }

  /** One client of each kind that the caller drops. */
  strangers(): Promise<[RawWebSocket, RawTcp]> {
    return Promise.all([RawWebSocket.open(this.endpoint), RawTcp.open(this.addresses.stomp!)]);
  }

  /** One figure of the service's own metrics. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.addresses.ops}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
    return Number(line?.split(' ').at(-1) ?? Number.NaN);
  }

  /** After a test: nobody stays. */
  dropClients(): void {
    for (const client of this.#clients.splice(0)) client.drop();
  }

  async close(): Promise<void> {
    this.dropClients();
    await this.server.close();
  }

  #kept<C extends { drop(): void }>(client: C): C {
    this.#clients.push(client);
    return client;
  }
}
