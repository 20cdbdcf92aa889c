// Reads an event stream as browsers do: events with their names, ids and data, comments and the time to come back.
import { ExpectationError } from '../src/testing/failures.ts';

/** One event. */
export interface StreamEvent {
  readonly name: string;
  /** The last id that was said, as a client would come back with it. */
  readonly id: string;
  readonly data: string;
}

/** What is read of a stream, waited for by expectation [HTML, 9.2.6 Interpreting an event stream]. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  /** All that came, as it came. */
  text = '';
  lastId = '';
  retry: number | undefined;
  readonly #ended: Promise<void>;
  readonly #within: number;
  #over = false;
  #taken = 0;
  #name = '';
  #data: string[] = [];
  #rest = '';
  #wake: () => void = () => {};

  constructor(stream: AsyncIterable<Uint8Array>, within = 5000) {
    this.#within = within;
    this.#ended = this.#read(stream).finally(() => {
      this.#over = true;
      this.#wake();
    });
    this.#ended.catch(() => {});
  }

  /** The next event that was not taken yet; of a name, and with some text, when they are given: others are passed over. */
  async next(name?: string, holding = ''): Promise<StreamEvent> {
    for (;;) {
      await this.#until(() => this.events.length > this.#taken, `an event ${name ?? ''}`);
      const event = this.events[this.#taken++]!;
      if ((name === undefined || event.name === name) && event.data.includes(holding)) return event;
    }
  }

  /** Done when a comment of that text has come. */
  comment(text: string): Promise<void> {
    return this.#until(() => this.comments.includes(text), `a comment "${text}"`);
  }

  /** Done when the stream has ended. */
  async end(): Promise<void> {
    await this.#until(() => this.#over, 'the end of the stream');
  }

  /** What came and was not taken. */
  get rest(): readonly StreamEvent[] {
    return this.events.slice(this.#taken);
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    const tooLate = setTimeout(() => {
      this.#over = true;
      this.#wake();
    }, this.#within);
    try {
      while (!holds()) {
        if (this.#over) throw new ExpectationError(`${what} did not come; what came: ${this.text}`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(tooLate);
    }
  }

  async #read(stream: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      this.text += text;
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) this.#line(line);
      this.#wake();
    }
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch();
    const at = line.indexOf(':');
    const [field, value] = at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
    if (field === '') this.comments.push(value);
    else if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id') this.lastId = value;
    else if (field === 'retry') this.retry = Number(value);
  }

  #dispatch(): void {
    if (this.#data.length > 0)
      this.events.push({ name: this.#name || 'message', id: this.lastId, data: this.#data.join('\n') });
    this.#name = '';
    this.#data = [];
  }
}
