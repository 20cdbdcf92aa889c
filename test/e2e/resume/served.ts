// The built service with a data folder and a short hot log, and a publisher that fills one of its chat rooms.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawTcp } from '../clients/raw-tcp.ts';
import { RawWebSocket } from '../clients/raw-web-socket.ts';
import type { Received } from '../clients/stomp-text.ts';
import { Executable } from '../executable.ts';

export const chatRoom = '/topic/chat-room/away';

/** SENDs that are written at once; behind them one RECEIPT is waited for. */
const together = 1000;

export class Served {
  readonly folder = mkdtempSync(join(tmpdir(), 'stompwire-served-'));
  /** How many messages were published; their contents are their numbers. */
  said = 0;
  readonly #clients: { drop(): void }[] = [];
  #process: Executable | undefined;
  #addresses: readonly string[] = [];
  #publisher: RawTcp | undefined;

  /** @param policy - of the rooms @param nodeFlags - for node itself */
  async start(
    policy: string,
    flags: readonly string[] = [],
    nodeFlags: readonly string[] = [],
  ): Promise<void> {
    const ports = ['--port', '0', '--stomp-port', '0', '--ops', '0', '--log-level', 'warn'];
    const logged = ['--data', this.folder, '--logged', `/topic/chat-room/* ${policy}`];
    this.#process = new Executable(['serve', ...ports, ...logged, ...flags], nodeFlags);
    this.#addresses = await this.#process.addresses();
  }

  get pid(): number {
    return this.#process!.pid;
  }

  /** The begin of the process's address that has this scheme. */
  address(scheme: string): string {
    return this.#addresses.find((one) => one.startsWith(scheme))!;
  }

  async tcp(): Promise<RawTcp> {
    return this.#connected(await RawTcp.open(this.address('stomp')));
  }

  async webSocket(): Promise<RawWebSocket> {
    return this.#connected(await RawWebSocket.open(this.address('ws')));
  }

  /** Publishes so many, and waits until all of them are on disk. */
  async say(many: number): Promise<void> {
    this.#publisher ??= await this.tcp();
    const destination = '/app/chat-room/away/send';
    for (const until = this.said + many; this.said < until; ) {
      for (const end = Math.min(until - 1, this.said + together - 1); this.said < end; )
        this.#publisher.frame('SEND', { destination }, JSON.stringify({ content: String(++this.said) }));
      const last = JSON.stringify({ content: String(++this.said) });
      await this.#publisher.confirmed('SEND', { destination, 'receipt-level': 'stored' }, last);
    }
  }

  /** The sum of a figure of the service's own metrics, over labels that contain `part`. */
  async metric(name: string, part = ''): Promise<number> {
    const text = await (await fetch(`${this.#addresses.at(-1)}/metrics`)).text();
    const lines = text
      .split('\n')
      .filter((line) => /^[a-z_]+/.exec(line)?.[0] === name && line.includes(part));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  signal(name: NodeJS.Signals): void {
    this.#process!.signal(name);
  }

  /** Ends the process; its folder stays. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    for (const client of this.#clients.splice(0)) client.drop();
    this.#publisher = undefined;
    this.signal(signal);
    await this.#process!.ended;
  }

  /** Whatever happened: nothing stays. @returns what the process wrote to stderr */
  async close(): Promise<string> {
    for (const client of this.#clients.splice(0)) client.drop();
    this.#process?.signal('SIGKILL');
    const ending = await this.#process?.ended;
    rmSync(this.folder, { recursive: true, force: true });
    return ending?.stderr ?? '';
  }

  async #connected<Client extends RawTcp | RawWebSocket>(client: Client): Promise<Client> {
    this.#clients.push(client);
    await client.connect();
    return client;
  }
}

/** What the messages among frames say; one behind which something may be missing has a `!`. */
export const contentsOf = (frames: readonly Received[]): string[] =>
  frames
    .filter(({ command }) => command === 'MESSAGE')
    .map(({ headers, body }) => {
      const { content } = JSON.parse(String(body)) as { content: string };
      return `${headers.discontinuity === 'true' ? '!' : ''}${content}`;
    });
