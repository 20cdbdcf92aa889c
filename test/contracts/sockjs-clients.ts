// Clients of the SockJS transports for the transport suite: written after the protocol, sharing nothing with the server.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { WebSocket } from 'ws';
import { Client } from './transport-sides.ts';

/** Takes frames as all SockJS transports have them: `o`, `a[...]`, `h`, `c[...]`. */
abstract class SockJsClient extends Client {
  /** Whether the session was opened. */
  isOpen = false;

  protected frame(frame: string): void {
    const rest = frame.slice(1);
    if (frame[0] === 'o') this.#opened();
    else if (frame[0] === 'a') for (const text of JSON.parse(rest) as string[]) this.hear(Buffer.from(text));
    else if (frame[0] === 'c') this.#closed(JSON.parse(rest) as [number, string]);
    else if (!/^h*$/.test(frame)) this.end({ code: 1002, reason: `no frame: ${frame.slice(0, 40)}` });
  }

  /** Resolves when the session is open; rejects when it will not be. */
  async opened(): Promise<this> {
    await this.until(() => this.isOpen || this.ended !== undefined);
    if (!this.isOpen) throw new Error(`not opened: ${this.ended!.code} ${this.ended!.reason}`);
    return this;
  }

  /** A second opening tells that the server knows nothing of the first. */
  #opened(): void {
    if (this.isOpen) this.end({ code: 1006, reason: 'the server lost the session' });
    this.isOpen = true;
    this.changed();
  }

  #closed([code, reason]: [number, string]): void {
    this.end({ code, reason });
  }
}

class SockJsWebSocketClient extends SockJsClient {
  readonly #webSocket: WebSocket;

  constructor(webSocket: WebSocket) {
    super();
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => this.frame(data.toString()));
    webSocket.on('error', () => {});
    webSocket.on('close', (code, reason) => this.end({ code, reason: reason.toString() }));
  }

  send(bytes: Buffer): void {
    if (this.#webSocket.readyState === WebSocket.OPEN) {
      this.#webSocket.send(JSON.stringify([bytes.toString()]));
    }
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  close(): void {
    this.#webSocket.close(1000);
  }

  destroy(): void {
    this.#webSocket.terminate();
  }
}

/** How one of the HTTP transports is spoken. */
interface HttpDialect {
  readonly method: 'GET' | 'POST';
  /** The last part of the receiver's path, with its query. */
  readonly receive: string;
  readonly send: string;
  /** What stands around a frame in the receiver's body; a `string` is a JSON string. */
  readonly before: string;
  readonly after: string;
  readonly string?: true;
  /** How a payload is posted; as it is when not given. */
  readonly form?: true;
}

/** The HTTP transports, by the last part of their path. */
const dialects = {
  xhr_streaming: { method: 'POST', receive: 'xhr_streaming', send: 'xhr_send', before: '', after: '\n' },
  xhr: { method: 'POST', receive: 'xhr', send: 'xhr_send', before: '', after: '\n' },
  eventsource: {
    method: 'GET',
    receive: 'eventsource',
    send: 'xhr_send',
    before: 'data: ',
    after: '\r\n\r\n',
  },
  htmlfile: {
    method: 'GET',
    receive: 'htmlfile?c=callback',
    send: 'xhr_send',
    before: '<script>\np(',
    after: ');\n</script>\r\n',
    string: true,
  },
  jsonp: {
    method: 'GET',
    receive: 'jsonp?c=callback',
    send: 'jsonp_send',
    before: 'callback(',
    after: ');\r\n',
    string: true,
    form: true,
  },
} satisfies Record<string, HttpDialect>;

/** Transports by the last part of their path. */
export type SockJsHttpWay = keyof typeof dialects;
export type SockJsWay = 'websocket' | SockJsHttpWay;

/** The most characters in one upload. */
const mostPerUpload = 400_000;

class SockJsHttpClient extends SockJsClient {
  readonly #url: string;
  readonly #dialect: HttpDialect;
  /** Receivers and uploads keep connections of their own. */
  readonly #agent = new Agent({ keepAlive: true });
  #receiver: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #text = '';
  #paused = false;
  #outgoing: string[] = [];
  #sending = false;
  #gone = false;

  constructor(url: string, dialect: HttpDialect) {
    super();
    this.#url = url;
    this.#dialect = dialect;
    this.#receive();
  }

  send(bytes: Buffer): void {
    this.#outgoing.push(JSON.stringify(bytes.toString()));
    this.#upload();
  }

  pause(): void {
    this.#paused = true;
    this.#response?.pause();
    this.#response?.socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#response === undefined) this.#receive();
    else this.#response.resume().socket.resume();
  }

  /** There is no good-bye: the client asks no more. */
  close(): void {
    this.#gone = true;
    this.#receiver?.destroy();
    if (!this.#sending) this.#agent.destroy();
  }

  destroy(): void {
    this.#gone = true;
    this.#receiver?.destroy();
    this.#agent.destroy();
  }

  get #over(): boolean {
    return this.#gone || this.ended !== undefined;
  }

  #lost(): void {
    this.end({ code: 1006, reason: 'the request failed' });
  }

  #receive(): void {
    if (this.#over || this.#paused) return;
    const { method, receive } = this.#dialect;
    this.#receiver = request(`${this.#url}/${receive}`, { method, agent: this.#agent });
    this.#receiver.on('error', () => this.#lost());
    this.#receiver.on('response', (response) => this.#responded(response));
    this.#receiver.end();
  }

  #responded(response: IncomingMessage): void {
    if (response.statusCode !== 200) return this.#lost();
    this.#response = response;
    if (this.#paused) response.pause();
    response.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    response.on('error', () => this.#lost());
    response.on('end', () => {
      this.#response = undefined;
      this.#receive();
    });
  }

  #read(text: string): void {
    const { before, after, string } = this.#dialect;
    let searched = Math.max(0, this.#text.length - after.length);
    this.#text += text;
    for (;;) {
      const end = this.#text.indexOf(after, searched);
      if (end === -1) return;
      const piece = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + after.length);
      searched = 0;
      const frame = piece.slice(piece.indexOf(before) + before.length);
      this.frame(string ? (JSON.parse(frame) as string) : frame);
    }
  }

  /** One request at a time keeps the order. */
  #upload(): void {
    if (this.#sending || this.#outgoing.length === 0 || this.#over) return;
    this.#sending = true;
    const { send, form } = this.#dialect;
    const type = form ? 'application/x-www-form-urlencoded' : 'text/plain';
    const upload = request(`${this.#url}/${send}`, {
      method: 'POST',
      agent: this.#agent,
      headers: { 'Content-Type': type },
    });
    upload.on('error', () => this.#lost());
    upload.on('response', (response) => {
      response.resume();
      this.#sending = false;
      if (this.#gone) this.#agent.destroy();
      else this.#upload();
    });
    const payload = `[${this.#batch().join(',')}]`;
    upload.end(form ? new URLSearchParams({ d: payload }).toString() : payload);
  }

  #batch(): string[] {
    let characters = 0;
    const end = this.#outgoing.findIndex((one, at) => {
      characters += one.length;
      return at > 0 && characters > mostPerUpload;
    });
    return this.#outgoing.splice(0, end === -1 ? this.#outgoing.length : end);
  }
}

let sessions = 0;

/** Opens a session of a SockJS transport. @param endpoint - such as `http://127.0.0.1:8080/ws` */
export async function connectSockJs(endpoint: string, how: SockJsWay): Promise<Client> {
  const url = `${endpoint}/000/session-${sessions++}`;
  if (how !== 'websocket') return new SockJsHttpClient(url, dialects[how]).opened();
  const webSocket = new WebSocket(`${url.replace(/^http/, 'ws')}/websocket`);
  const client = new SockJsWebSocketClient(webSocket);
  await once(webSocket, 'open');
  return client.opened();
}
