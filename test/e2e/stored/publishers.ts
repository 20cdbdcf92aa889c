// Publishers that have some SENDs in flight, each with a RECEIPT that stands for "on disk"; and what everybody was told.
import { RawTcp } from '../clients/raw-tcp.ts';

export const rooms = ['0', '1', '2'];
const inFlight = 8;
const publishers = 16;

/** What the clients know of all runs of a service. */
export class Told {
  /** Contents by their RECEIPT: they are in the history. */
  readonly stored = new Set<string>();
  readonly sent = new Set<string>();
  /** What was delivered, by room and position, and in which run. */
  readonly delivered = new Map<string, { readonly content: string; readonly run: number }>();
  /** Positions that were seen with a second content. */
  readonly twice: string[] = [];
}

/** The clients of one run. */
export class Publishers {
  readonly #told: Told;
  readonly #run: number;
  readonly #clients: RawTcp[] = [];
  #numbers = 0;
  #left = Number.POSITIVE_INFINITY;
  #reached: () => void = () => {};

  private constructor(told: Told, run: number) {
    this.#told = told;
    this.#run = run;
  }

  /** Connects them, and somebody who listens in every room; nothing is sent yet. */
  static async open(address: string, told: Told, run = 0): Promise<Publishers> {
    const all = new Publishers(told, run);
    await all.#listen(address);
    for (let i = 0; i < publishers; i++) await all.#publisher(address);
    return all;
  }

  /** Publishes without a pause. Done when so many RECEIPTs have come; it goes on behind that. */
  receipts(count: number): Promise<void> {
    this.#left = count;
    const reached = new Promise<void>((resolve) => {
      this.#reached = resolve;
    });
    for (const [number, client] of this.#clients.entries())
      if (number > 0) for (let i = 0; i < inFlight; i++) this.#send(client, number);
    return reached;
  }

  /** Nothing more is sent. Done when nothing is under way. */
  async settled(): Promise<void> {
    this.#left = Number.NEGATIVE_INFINITY;
    for (const client of this.#clients) await client.confirmed('SEND', { destination: '/topic/nobody' }, '');
  }

  drop(): void {
    for (const client of this.#clients.splice(0)) client.drop();
  }

  async #listen(address: string): Promise<void> {
    const listener = await this.#connected(address);
    listener.onMessage = ({ headers, body }) => {
      const room = headers.destination!.split('/').at(-1);
      this.#heard(`${room} ${headers['message-id']!.split('.')[1]}`, JSON.parse(String(body)).content);
    };
    for (const room of rooms) await listener.subscribe(`/topic/chat-room/${room}`, room);
  }

  #heard(position: string, content: string): void {
    const known = this.#told.delivered.get(position);
    if (known !== undefined) this.#told.twice.push(`${position}: ${known.content}, ${content}`);
    else this.#told.delivered.set(position, { content, run: this.#run });
  }

  async #publisher(address: string): Promise<void> {
    const client = await this.#connected(address);
    const number = this.#clients.length - 1;
    client.onReceipt = (receipt) => {
      if (!this.#told.sent.has(receipt)) return;
      this.#told.stored.add(receipt);
      if (--this.#left === 0) this.#reached();
      if (this.#left > Number.NEGATIVE_INFINITY) this.#send(client, number);
    };
  }

  async #connected(address: string): Promise<RawTcp> {
    const client = await RawTcp.open(address);
    this.#clients.push(client);
    await client.connect();
    return client;
  }

  /** The content names itself, and so does its RECEIPT. */
  #send(client: RawTcp, number: number): void {
    const content = `run-${this.#run}-message-${this.#numbers++}.`;
    this.#told.sent.add(content);
    const destination = `/app/chat-room/${rooms[number % rooms.length]}/send`;
    const headers = { destination, 'content-type': 'application/json' };
    const asks = { receipt: content, 'receipt-level': 'stored' };
    client.frame('SEND', { ...headers, ...asks }, JSON.stringify({ content }));
  }
}
