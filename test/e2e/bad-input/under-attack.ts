// A service with two bystanders: whatever a test does to it must cost them nothing, and leave nothing behind.
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Config } from '../../../src/index.ts';
import { Bystanders } from '../clients/bystanders.ts';
import type { RawClient } from '../clients/raw-client.ts';
import { Service } from '../service.ts';

/** What a refused client must be told. */
export interface Refusal {
  readonly code: string;
  /** Must stand in `message`. */
  readonly says: RegExp;
  /** The WebSocket close code; a TCP connection just ends. */
  readonly close: number;
}

export class UnderAttack {
  #service: Service | undefined;
  #before: readonly number[] = [];

  get service(): Service {
    return this.#service!;
  }

  /** Registers the hooks of the test file that calls it. */
  constructor(options: Partial<Config>) {
    let bystanders: Bystanders;
    beforeAll(async () => {
      this.#service = await Service.start(options);
      bystanders = await Bystanders.begin(await this.#pair());
      this.#before = await this.#figures();
    });
    afterEach(async () => {
      this.service.dropClients();
      await bystanders.exchanged();
      await this.calm();
    });
    afterAll(async () => {
      await bystanders.end();
      await this.service.close();
    });
  }

  /** Clients that have said nothing yet, one of each kind. */
  readonly kinds: readonly (readonly [string, () => Promise<RawClient>])[] = [
    ['TCP', () => this.service.tcp()],
    ['WebSocket', () => this.service.webSocket()],
  ];

  /** The client gets its ERROR, and then the close; over TCP an orderly one, that loses no byte. */
  async refused(client: RawClient, { code, says, close }: Refusal): Promise<void> {
    const { headers } = await client.next('ERROR');
    expect(headers).toMatchObject({ code, message: expect.stringMatching(says) });
    const over =
      'protocol' in client ? { code: close, reason: expect.any(String) } : { code: 1000, reason: '' };
    expect(await client.ended).toEqual(over);
    expect(client.frames.all.at(-1)!.command).toBe('ERROR');
  }

  /** Soon there is nothing left of whoever came after the bystanders. */
  async calm(): Promise<void> {
    await expect.poll(() => this.#figures(), { timeout: 20_000 }).toEqual(this.#before);
  }

  /** Not among the clients that are dropped after each test. */
  async #pair(): Promise<readonly [RawClient, RawClient]> {
    const [webSocket, tcp] = await this.service.strangers();
    await Promise.all([webSocket.connect(), tcp.connect()]);
    return [webSocket, tcp];
  }

  /** Connections to the HTTP port, STOMP or not; sessions; subscriptions. */
  async #figures(): Promise<readonly number[]> {
    const { service } = this;
    const connections = await new Promise<number>((resolve, reject) => {
      service.server.http.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
    const gauges = ['stompwire_sessions', 'stompwire_subscriptions'].map((name) => service.metric(name));
    return [connections, ...(await Promise.all(gauges))];
  }
}
