// Two well-behaved clients that exchange messages all the while, to see that nobody else's doing costs them any.
import { Arrivals } from './arrivals.ts';
import type { RawClient } from './raw-client.ts';

/** How often one of them says something, in ms. */
const pace = 5;

const topics = ['/topic/bystanders/0', '/topic/bystanders/1'] as const;

export class Bystanders {
  readonly #clients: readonly [RawClient, RawClient];
  readonly #sent: number[] = [];
  readonly #heard = [new Arrivals<number>(), new Arrivals<number>()] as const;
  readonly #timer: NodeJS.Timeout;

  /** @param clients - two that are connected, each of a kind */
  static async begin(clients: readonly [RawClient, RawClient]): Promise<Bystanders> {
    await Promise.all(clients.map((client, at) => client.subscribe(topics[at]!, 'bystander')));
    return new Bystanders(clients);
  }

  private constructor(clients: readonly [RawClient, RawClient]) {
    this.#clients = clients;
    for (const [at, client] of clients.entries()) void this.#listen(client, this.#heard[at]!);
    this.#timer = setInterval(() => this.#say(), pace);
  }

  /** Each has said something, and each has heard all of it in order, until now. */
  async exchanged(): Promise<void> {
    this.#say();
    const sent = [...this.#sent];
    for (const heard of this.#heard) {
      const numbers = await heard.count(sent.length);
      if (numbers.some((number, at) => number !== sent[at]))
        throw new Error(`out of order: ${numbers.join(' ')}`);
    }
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.exchanged();
    for (const client of this.#clients) client.drop();
  }

  #say(): void {
    const number = this.#sent.length;
    this.#sent.push(number);
    for (const [at, client] of this.#clients.entries())
      client.frame('SEND', { destination: topics[1 - at]! }, String(number));
  }

  async #listen(client: RawClient, heard: Arrivals<number>): Promise<void> {
    client.onMessage = ({ body }) => heard.push(Number(String(body)));
    await client.ended;
    heard.end('a bystander was cut off');
  }
}
