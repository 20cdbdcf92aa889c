// A client that listens to rooms, resumes after each return from what it heard last, and writes down what it sees.
import { errorCode, errorText, type ServerFrame } from './frame-text.ts';
import type { Seen, View } from './history.ts';
import type { Notes } from './notes.ts';
import type { Random } from './random.ts';
import { Reconnecting, type Restlessness } from './reconnecting.ts';

/** One room as it sees it. */
interface Watched {
  readonly view: View & { seen: Seen[] };
  readonly destination: string;
  /** The message-id heard last; before that how it begins. */
  from: string | undefined;
  /** Of the SUBSCRIBE that counts; later ones have other numbers. */
  id: string;
  answered: boolean;
}

/** Before a refused SUBSCRIBE is tried again. */
const pause = 500;

export interface Room {
  readonly name: string;
  readonly destination: string;
}

export class Listener extends Reconnecting {
  readonly #watched: readonly Watched[];
  #ids = 0;
  /** Hears of each message, for those who wait for one. */
  onMessage: (body: string) => void = () => {};

  /** @param begins - the `resume-from` of the first SUBSCRIBE */
  constructor(
    who: { readonly login: string; readonly address: () => string },
    rooms: readonly Room[],
    begins: string | undefined,
    notes: Notes,
    random: Random,
    restlessness?: Restlessness,
  ) {
    super(who.address, who.login, notes, random, restlessness);
    this.#watched = rooms.map(({ name, destination }) => ({
      view: { client: who.login, room: name, seen: [] },
      destination,
      from: begins,
      id: '',
      answered: false,
    }));
  }

  get views(): readonly View[] {
    return this.#watched.map(({ view }) => view);
  }

  protected override ready(): void {
    this.connection?.send('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
    for (const watched of this.#watched) this.#ask(watched);
  }

  protected override lost(): void {
    for (const watched of this.#watched) this.#end(watched);
  }

  override frame({ command, headers, body }: ServerFrame): void {
    const subscription = headers.get('subscription') ?? '';
    if (command === 'RECEIPT') this.#answered(headers.get('receipt-id'), headers.get('resume'));
    else if (command !== 'MESSAGE') this.notes.count(`${command} ${headers.get('message')}`);
    else if (subscription === 'errors') this.#refused(headers, body);
    else this.#message(this.#of(subscription), headers, body);
  }

  #ask(watched: Watched): void {
    const id = String(this.#ids++);
    watched.id = id;
    watched.answered = false;
    const { from, destination, view } = watched;
    view.seen.push({ kind: 'asked', from, tick: this.notes.tick() });
    this.connection?.send('SUBSCRIBE', { id, destination, receipt: id, 'resume-from': from });
  }

  #answered(receipt: string | undefined, resume: string | undefined): void {
    const watched = this.#of(receipt);
    if (watched === undefined) return;
    watched.answered = true;
    watched.view.seen.push({ kind: 'answered', resume, tick: this.notes.tick() });
    if (resume !== undefined) this.notes.count(`resume:${resume}`);
    if (this.#watched.every(({ answered }) => answered)) this.restored();
  }

  #message(watched: Watched | undefined, headers: ReadonlyMap<string, string>, body: string): void {
    if (watched === undefined) return this.notes.count('a message of a subscription that was over');
    const id = headers.get('message-id')!;
    const discontinuity = headers.get('discontinuity') === 'true';
    watched.view.seen.push({ kind: 'message', id, body: this.notes.kept(body), discontinuity });
    watched.from = id;
    this.onMessage(body);
  }

  /** A SUBSCRIBE was refused, or a subscription ended by the server; of the second kind it asks again. */
  #refused(headers: ReadonlyMap<string, string>, body: string): void {
    const why = errorCode(body);
    const watched = this.#of(headers.get('subscription-id'));
    this.notes.count(`told: ${errorText(body)}`);
    if (watched === undefined) return;
    if (!watched.answered) return this.#askLater(watched, why);
    this.#end(watched);
    this.#ask(watched);
  }

  #askLater(watched: Watched, why: string): void {
    watched.view.seen.push({ kind: 'refused', why });
    watched.id = `refused ${watched.id}`;
    const { id } = watched;
    setTimeout(() => watched.id === id && this.#ask(watched), pause);
  }

  #end(watched: Watched): void {
    watched.id = '';
    watched.answered = false;
    if (watched.view.seen.at(-1)?.kind !== 'cut') watched.view.seen.push({ kind: 'cut' });
  }

  #of(id: string | undefined): Watched | undefined {
    return this.#watched.find((watched) => watched.id !== '' && watched.id === id);
  }
}
