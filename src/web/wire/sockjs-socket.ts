// A socket over plain HTTP requests, for networks that let no WebSocket through: a script of its own, loaded when needed.
import type { IStompSocket } from '@stomp/stompjs';

/** So long a stream may take to begin; who holds it back gathers it, and is asked piece by piece. In milliseconds. */
const PATIENCE = 4000;

/** What a connection that is lost is closed with, as sockjs-client has it. */
const LOST = 1006;

/** @param patience - in milliseconds */
export function sockJsSocket(address: string, patience = PATIENCE): IStompSocket {
  return new SockJsSocket(address, patience);
}

/** [SockJS 0.3.3, xhr-streaming and xhr-polling] */
class SockJsSocket implements IStompSocket {
  url: string;
  readyState = 0;
  onopen: IStompSocket['onopen'];
  onmessage: IStompSocket['onmessage'];
  onclose: IStompSocket['onclose'];
  onerror: IStompSocket['onerror'];
  readonly #address: string;
  readonly #patience: number;
  readonly #outbox: string[] = [];
  #isSending = false;
  /** Ends the requests of the session. */
  #stop = new AbortController();

  constructor(address: string, patience: number) {
    this.#address = address;
    this.#patience = patience;
    this.url = this.#newSession();
    void this.#receive();
  }

  send(data: string | ArrayBuffer): void {
    this.#outbox.push(typeof data === 'string' ? data : new TextDecoder().decode(data));
    if (!this.#isSending) void this.#flush();
  }

  close(): void {
    this.#closed(1000, '');
  }

  #newSession(): string {
    const [server = 0, ...session] = crypto.getRandomValues(new Uint32Array(3));
    const name = session.map((part) => part.toString(36)).join('');
    return `${this.#address}/${String(server % 1000).padStart(3, '0')}/${name}`;
  }

  async #receive(): Promise<void> {
    try {
      await this.#stream();
      this.#stop = new AbortController();
      this.url = this.#newSession();
      await this.#hear('xhr');
      throw new Error('nothing came');
    } catch {
      this.#closed(LOST, '');
    }
  }

  /** Returns when the session did not open, or not in time. */
  async #stream(): Promise<void> {
    const stop = this.#stop;
    const timer = setTimeout(() => this.readyState === 0 && stop.abort(), this.#patience);
    try {
      await this.#hear('xhr_streaming');
    } catch (error) {
      if (this.readyState !== 0) throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #hear(way: 'xhr_streaming' | 'xhr'): Promise<void> {
    while (this.readyState < 2) await this.#ask(way);
  }

  async #ask(way: string): Promise<void> {
    const response = await this.#post(way);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let [rest, lines] = ['', 0];
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      const whole = `${rest}${part.value}`.split('\n');
      rest = whole.pop() ?? '';
      lines += whole.length;
      for (const line of whole) this.#frame(line);
    }
    if (lines === 0) throw new Error('the answer is empty');
  }

  #frame(line: string): void {
    if (line === 'o' && this.readyState === 0) {
      this.readyState = 1;
      this.onopen?.({});
    } else if (line.startsWith('a')) {
      for (const data of JSON.parse(line.slice(1)) as string[]) this.onmessage?.({ data });
    } else if (line.startsWith('c')) {
      const [code, reason] = JSON.parse(line.slice(1)) as [number, string];
      this.#closed(code, reason);
    }
  }

  /** One request at a time, so that what is sent keeps its order. */
  async #flush(): Promise<void> {
    this.#isSending = true;
    try {
      while (this.#outbox.length > 0 && this.readyState === 1)
        await this.#post('xhr_send', JSON.stringify(this.#outbox.splice(0)));
    } catch {
      this.#closed(LOST, '');
    }
    this.#isSending = false;
  }

  async #post(way: string, body?: string): Promise<Response> {
    const { signal } = this.#stop;
    const headers = { 'content-type': 'text/plain;charset=UTF-8' };
    const response = await fetch(`${this.url}/${way}`, {
      ...{ method: 'POST', cache: 'no-store', signal },
      ...(body !== undefined && { body, headers }),
    });
    if (!response.ok) throw new Error(`the service answered ${response.status}`);
    return response;
  }

  #closed(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#stop.abort();
    this.onclose?.({ code, reason, wasClean: code !== LOST });
  }
}
