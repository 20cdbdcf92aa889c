// A STOMP client over any transport of SockJS, with every frame that comes kept for the test.
import { Buffer } from 'node:buffer';
import { connectSockJs, type SockJsWay } from '../../contracts/sockjs-clients.ts';
import type { Client, Ending } from '../../contracts/transport-sides.ts';
import type { Arrivals } from '../clients/arrivals.ts';
import { frameText, type Received, ServerFrames } from '../clients/stomp-text.ts';

export class StompOverSockJs {
  readonly #client: Client;
  readonly #incoming = new ServerFrames();
  #read = 0;
  #receipts = 0;

  /** @param endpoint - such as `http://127.0.0.1:8080/ws` */
  static async open(endpoint: string, way: SockJsWay): Promise<StompOverSockJs> {
    return new StompOverSockJs(await connectSockJs(endpoint, way));
  }

  private constructor(client: Client) {
    this.#client = client;
    void this.#takeAll();
  }

  get frames(): Arrivals<Received> {
    return this.#incoming.frames;
  }

  /** The bodies of all messages, in their order. */
  get bodies(): string[] {
    return this.frames.all.filter(({ command }) => command === 'MESSAGE').map(({ body }) => String(body));
  }

  frame(command: string, headers?: Readonly<Record<string, string>>, body?: string): void {
    this.#client.send(Buffer.from(frameText(command, headers, body)));
  }

  next(command: string): Promise<Received> {
    return this.frames.first((one) => one.command === command, command);
  }

  async connect(): Promise<void> {
    this.frame('CONNECT', { 'accept-version': '1.2', host: 'any' });
    await this.next('CONNECTED');
  }

  /** Sends a frame and waits for its receipt. */
  async confirmed(command: string, headers: Readonly<Record<string, string>>, body?: string): Promise<void> {
    const receipt = `r-${this.#receipts++}`;
    this.frame(command, { ...headers, receipt }, body);
    const answers = (one: Received): boolean => one.headers['receipt-id'] === receipt;
    await this.frames.first(answers, `the receipt ${receipt}`);
  }

  /** How it ended. */
  async ended(): Promise<Ending> {
    await this.#client.until(() => this.#client.ended !== undefined);
    return this.#client.ended!;
  }

  /** Asks for nothing, or reads nothing, until `resume`. */
  pause(): void {
    this.#client.pause();
  }

  resume(): void {
    this.#client.resume();
  }

  drop(): void {
    this.#client.destroy();
  }

  async #takeAll(): Promise<void> {
    const client = this.#client;
    for (;;) {
      await client.until(() => client.length > this.#read || client.ended !== undefined);
      this.#incoming.write(client.heard.subarray(this.#read));
      if (client.length === this.#read) return;
      this.#read = client.length;
    }
  }
}
