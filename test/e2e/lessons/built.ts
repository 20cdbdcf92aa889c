// The built service as its users start it: by flags alone, with clients that know nothing of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { Arrivals } from '../clients/arrivals.ts';
import { type PageSettings, StompJs } from '../clients/stompjs.ts';
import { Executable } from '../executable.ts';

const require = createRequire(import.meta.url);
const SockJS = require('sockjs-client') as new (url: string) => { close(): void };
const { Stomp } = require('stompjs/lib/stomp.js') as { Stomp: OldStomp };

/** What is used of stompjs 2, which has no types. */
interface OldStomp {
  over(socket: object): OldStompClient;
  setInterval(milliseconds: number, act: () => void): NodeJS.Timeout;
  clearInterval(timer: NodeJS.Timeout): void;
}
interface OldStompClient {
  debug: unknown;
  connect(headers: object, connected: () => void, failed: (error: unknown) => void): void;
  subscribe(destination: string, hear: (message: { body: string }) => void, headers?: object): unknown;
  send(destination: string, headers: object, body: string): void;
  onreceipt: (frame: unknown) => void;
}

Stomp.setInterval = (milliseconds, act) => setInterval(act, milliseconds);
Stomp.clearInterval = (timer) => clearInterval(timer);

/** What a test opens is closed after it, the last first. */
const open: { close(): unknown }[] = [];

export async function closeAll(): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.close();
}

/** A folder of the test's own. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'stompwire-lesson-'));
  open.push({ close: () => rmSync(path, { recursive: true }) });
  return path;
}

/** Starts the service with these flags. */
export async function serve(...flags: readonly string[]): Promise<Built> {
  const ports = ['--port', '0', '--stomp-port', 'off', '--log-level', 'warn'];
  const process = new Executable(['serve', ...ports, ...flags]);
  const built = new Built(process, (await process.addresses())[0]!);
  open.push({ close: () => built.stop('SIGKILL') });
  return built;
}

export class Built {
  /** Where it is, without a slash at the end. */
  readonly http: string;
  readonly #process: Executable;

  constructor(process: Executable, http: string) {
    this.#process = process;
    this.http = http;
  }

  webSocketUrl(path: string): string {
    return this.http.replace('http', 'ws') + path;
  }

  /** Ends it; a kill is no drain. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#process.signal(signal);
    await this.#process.ended;
  }

  /** A page with StompJS over WebSocket. */
  async page(path: string, settings: PageSettings = {}): Promise<StompJs> {
    const page = new StompJs(this.webSocketUrl(path), settings);
    open.push({ close: () => page.drop() });
    await page.connected();
    return page;
  }

  /** A page with stompjs 2 over sockjs-client. */
  async oldPage(path: string): Promise<OldPage> {
    const socket = new SockJS(this.http + path);
    open.push({ close: () => socket.close() });
    const client = Stomp.over(socket);
    client.debug = null;
    await new Promise<void>((resolve, reject) => client.connect({}, resolve, reject));
    return new OldPage(client);
  }

  /** A page with a WebSocket and nothing over it. */
  async plain(path: string, origin?: string): Promise<Plain> {
    const plain = new Plain(this.webSocketUrl(path), origin);
    open.push({ close: () => plain.socket.terminate() });
    await plain.opened;
    return plain;
  }

  async get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    return (await fetch(this.http + path, { headers })).json() as Promise<T>;
  }

  async post<T>(path: string, body: object = {}): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.http + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<T>;
  }
}

export class OldPage {
  readonly client: OldStompClient;
  #receipts = 0;

  constructor(client: OldStompClient) {
    this.client = client;
  }

  /** Subscribes; done when it holds. */
  async hears(destination: string): Promise<Arrivals<string>> {
    const heard = new Arrivals<string>();
    const receipt = `r${this.#receipts++}`;
    const confirmed = new Promise<void>((resolve) => {
      this.client.onreceipt = () => resolve();
    });
    this.client.subscribe(destination, ({ body }) => heard.push(body), { receipt });
    await confirmed;
    return heard;
  }
}

class Plain {
  readonly socket: WebSocket;
  readonly texts = new Arrivals<string>();
  readonly opened: Promise<void>;

  constructor(url: string, origin?: string) {
    this.socket = new WebSocket(url, origin === undefined ? {} : { origin });
    this.socket.on('message', (data) => this.texts.push(String(data)));
    this.opened = new Promise((resolve, reject) => {
      this.socket.on('open', resolve);
      this.socket.on('error', reject);
    });
  }
}
