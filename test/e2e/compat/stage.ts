// One broker with the clients that a program opens on it, and what those see, in a form that two brokers can share.
import type { RawClient } from '../clients/raw-client.ts';
import { RawTcp } from '../clients/raw-tcp.ts';
import { RawWebSocket } from '../clients/raw-web-socket.ts';
import { Stompit } from '../clients/stompit.ts';
import { StompJs } from '../clients/stompjs.ts';

/** Where a broker is, and what clients say of themselves. */
export interface BrokerPlace {
  readonly tcp: string;
  readonly webSocket?: string;
  readonly login: Readonly<Record<string, string>>;
}

/** What is looked at of a MESSAGE or an ERROR. */
interface Seen {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer | string;
}

/** What a program tells of what its clients saw. */
export type Observed =
  | string
  | number
  | boolean
  | readonly Observed[]
  | { readonly [name: string]: Observed };

/** A program as its author would write it, for any broker of that kind. */
export type Program = (stage: Stage) => Promise<Observed>;

export class Stage {
  /** A word that no other run has. */
  readonly u: string;
  readonly #place: BrokerPlace;
  readonly #over: 'tcp' | 'webSocket';
  readonly #ignored: ReadonlySet<string>;
  readonly #clients: { drop(): void }[] = [];
  /** Headers that were left out of what was seen. */
  readonly left: Set<string>;

  constructor(
    place: BrokerPlace,
    over: 'tcp' | 'webSocket',
    ignored: ReadonlySet<string>,
    u: string,
    left: Set<string>,
  ) {
    this.#place = place;
    this.#over = over;
    this.#ignored = ignored;
    this.u = u;
    this.left = left;
  }

  /** A raw client that is connected. */
  async raw(headers: Readonly<Record<string, string>> = {}): Promise<RawClient> {
    const client = await this.opened();
    await client.connect({ ...this.#place.login, host: '/', ...headers });
    return client;
  }

  /** One that has said nothing yet. */
  async opened(): Promise<RawClient> {
    const { tcp, webSocket } = this.#place;
    const open = this.#over === 'tcp' ? RawTcp.open(tcp) : RawWebSocket.open(webSocket!);
    return this.#kept(await open);
  }

  async page(): Promise<StompJs> {
    const page = this.#kept(
      new StompJs(this.#place.webSocket!, { connectHeaders: { ...this.#place.login, host: '/' } }),
    );
    await page.connected();
    return page;
  }

  async stompit(): Promise<Stompit> {
    const connectHeaders = { ...this.#place.login, host: '/' };
    return this.#kept(await Stompit.open(this.#place.tcp, { connectHeaders }));
  }

  /** A frame as both brokers may have it. */
  seen({ headers, body }: Seen): Observed {
    const kept: Record<string, string> = {};
    for (const name of Object.keys(headers).sort()) {
      if (this.#ignored.has(name)) this.left.add(name);
      else kept[name] = String(headers[name]).replaceAll(this.u, 'U');
    }
    return { ...kept, body: String(body).replaceAll(this.u, 'U') };
  }

  /** The messages that a client has, once all that it is owed has come: what was sent to itself last came last. */
  async all(client: RawClient): Promise<Observed[]> {
    await this.settled(client);
    return client.messages.map((message) => this.seen(message));
  }

  /** Bodies alone, of those that a client has. */
  async bodies(client: RawClient): Promise<string[]> {
    await this.settled(client);
    return client.messages.map(({ body }) => String(body));
  }

  /** Whatever was on its way to the client has come. */
  async settled(client: RawClient): Promise<void> {
    const destination = `/topic/settled-${this.u}-${Math.random().toString(36).slice(2)}`;
    await client.confirmed('SUBSCRIBE', { destination, id: destination });
    await client.confirmed('SEND', { destination }, 'settled');
    await client.next('MESSAGE', ({ headers }) => headers.subscription === destination);
    const { all } = client.frames;
    all.splice(0, all.length, ...all.filter(({ headers }) => headers.subscription !== destination));
    await client.confirmed('UNSUBSCRIBE', { id: destination });
  }

  /** Whether the broker refuses: an ERROR came, or the end, and not the answer. */
  async refuses(client: RawClient, command: string, headers: Record<string, string>): Promise<string> {
    client.frame(command, { ...headers, receipt: 'asked' });
    const answer = client.frames.first(
      (one) => one.command === 'ERROR' || one.headers['receipt-id'] === 'asked',
      'ERROR or RECEIPT',
    );
    const ended = client.ended.then(() => 'refused');
    const told = answer.then(({ command }) => (command === 'ERROR' ? 'refused' : 'done'));
    // who is gone answers no more
    return Promise.race([
      told.catch((error: Error) => (isEnd(error) ? ended : Promise.reject(error))),
      ended,
    ]);
  }

  drop(): void {
    for (const client of this.#clients.splice(0)) client.drop();
  }

  #kept<C extends { drop(): void }>(client: C): C {
    this.#clients.push(client);
    return client;
  }
}

const isEnd = ({ message }: Error): boolean => /connection (was closed|ended)/.test(message);
