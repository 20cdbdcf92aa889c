// The built service as a process of its own, and the clients that a test opens on it.
import { RawTcp } from '../clients/raw-tcp.ts';
import { Stompit } from '../clients/stompit.ts';
import { type PageSettings, StompJs } from '../clients/stompjs.ts';
import { Executable } from '../executable.ts';

const usual = ['serve', '--port', '0', '--stomp-port', '0', '--log-level', 'error'];

export class Served {
  readonly #program: Executable;
  readonly #webSocket: string;
  readonly #tcp: string;
  readonly #clients: { drop(): void }[] = [];

  static async start(...flags: string[]): Promise<Served> {
    const program = new Executable([...usual, ...flags]);
    const [, webSocket, tcp] = await program.addresses();
    return new Served(program, webSocket!, tcp!);
  }

  private constructor(program: Executable, webSocket: string, tcp: string) {
    this.#program = program;
    this.#webSocket = webSocket;
    this.#tcp = tcp;
  }

  /** A page that is connected. */
  async page(settings?: PageSettings): Promise<StompJs> {
    const page = new StompJs(this.#webSocket, settings);
    this.#clients.push(page);
    await page.connected();
    return page;
  }

  /** A raw client that is connected. */
  async tcp(headers: Readonly<Record<string, string>> = {}): Promise<RawTcp> {
    const client = await RawTcp.open(this.#tcp);
    this.#clients.push(client);
    await client.connect(headers);
    return client;
  }

  /** A back-end service that is connected. */
  async stompit(): Promise<Stompit> {
    const client = await Stompit.open(this.#tcp);
    this.#clients.push(client);
    return client;
  }

  /** After a test: nobody stays. */
  dropClients(): void {
    for (const client of this.#clients.splice(0)) client.drop();
  }

  async stop(): Promise<void> {
    this.dropClients();
    this.#program.signal('SIGTERM');
    await this.#program.ended;
  }
}
