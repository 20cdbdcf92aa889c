// An HTTP client for tests that sees every chunk as it was sent, and speaks any version with any headers.
import { connect, type Socket } from 'node:net';

/** What a request may say beside its method and path. */
export interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Without it, HTTP/1.1. */
  readonly version?: '1.0' | '1.1';
}

/** The head of a response. */
export interface Head {
  readonly status: number;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A whole response. */
export interface Response extends Head {
  readonly body: string;
}

/** One TCP connection to an HTTP server. */
export class RawHttp {
  readonly socket: Socket;
  readonly #host: string;
  #chunks: Buffer[] = [];
  #size = 0;
  #over = false;
  #wake: () => void = () => {};

  constructor(url: string) {
    const { hostname, port, host } = new URL(url);
    this.#host = host;
    this.socket = connect({ port: Number(port), host: hostname, noDelay: true });
    this.socket.on('data', (bytes) => {
      this.#chunks.push(bytes);
      this.#size += bytes.length;
      this.#wake();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.#over = true;
      this.#wake();
    });
    this.socket.on('end', () => {
      this.#over = true;
      this.#wake();
    });
  }

  /** Sends a request and reads the head of its response. */
  async request(method: string, path: string, asking: Asking = {}): Promise<Head> {
    this.send(method, path, asking);
    return this.head();
  }

  /** Sends a request. */
  send(method: string, path: string, { headers = {}, body, version = '1.1' }: Asking = {}): void {
    const bytes = Buffer.from(body ?? '');
    const length = method === 'POST' || bytes.length > 0 ? { 'Content-Length': String(bytes.length) } : {};
    const lines = Object.entries({ Host: this.#host, ...length, ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    this.socket.write(`${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n`);
    this.socket.write(bytes);
  }

  /** The head of the next response. */
  async head(): Promise<Head> {
    const [first = '', ...lines] = (await this.#until('\r\n\r\n')).trimEnd().split('\r\n');
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const at = line.indexOf(':');
      headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
    }
    return { status: Number(first.split(' ')[1]), headers };
  }

  /** So many bytes. */
  async bytes(length: number): Promise<string> {
    while (this.#size < length) await this.#more();
    return this.#take(length);
  }

  /** The next chunk of a chunked response; `''` is its end. */
  async chunk(): Promise<string> {
    const length = Number.parseInt(await this.#until('\r\n'), 16);
    return (await this.bytes(length + 2)).slice(0, -2);
  }

  /** Everything until the server closes. */
  async rest(): Promise<string> {
    while (!this.#over) await this.#wait();
    return this.#take(this.#size);
  }

  /** The body, in whichever way the head says how long it is. */
  async body({ status, headers }: Head): Promise<string> {
    if (status === 204 || status === 304) return '';
    if (headers['content-length'] !== undefined) return this.bytes(Number(headers['content-length']));
    if (headers['transfer-encoding'] !== 'chunked') return this.rest();
    let body = '';
    for (let chunk = await this.chunk(); chunk !== ''; chunk = await this.chunk()) body += chunk;
    return body;
  }

  close(): void {
    this.socket.destroy();
  }

  async #until(mark: string): Promise<string> {
    while (!this.#read.includes(mark)) await this.#more();
    return this.#take(this.#read.indexOf(mark) + mark.length);
  }

  async #more(): Promise<void> {
    if (this.#over) throw new Error(`the server closed after: ${JSON.stringify(this.#read.toString())}`);
    await this.#wait();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** All that was read and not taken, in one piece. */
  get #read(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  #take(length: number): string {
    const read = this.#read;
    this.#chunks = [read.subarray(length)];
    this.#size -= length;
    return read.subarray(0, length).toString();
  }
}

/** One request on a connection of its own. */
export async function ask(method: string, url: string, asking: Asking = {}): Promise<Response> {
  const http = new RawHttp(url);
  const head = await http.request(method, pathOf(url), asking);
  const body = method === 'HEAD' ? '' : await http.body(head);
  http.close();
  return { ...head, body };
}

/** Begins a streaming request, and reads the head of its response. */
export async function stream(
  method: string,
  url: string,
  asking: Asking = {},
): Promise<{ readonly head: Head; readonly http: RawHttp }> {
  const http = new RawHttp(url);
  return { http, head: await http.request(method, pathOf(url), asking) };
}

/** As it was given: not made tidy, as `URL` does. */
export const pathOf = (url: string): string => url.replace(/^http:\/\/[^/]*/, '') || '/';
