// Makes histories without a fault: a broker of a few lines that does everything right, and its clients.
import type { History, Kept, Level, Seen, Sending, View } from './history.ts';

/** What happens next in a run. */
export type Happening =
  | { readonly what: 'send'; readonly room: number; readonly level: Level; readonly receipted: boolean }
  | { readonly what: 'cut' | 'return'; readonly client: number }
  /** Everything is on disk from now on. */
  | { readonly what: 'settle' }
  /** What is not on disk is lost, and another epoch begins; what was not receipted is sent again. */
  | { readonly what: 'crash' };

type Changeable<T> = { -readonly [K in keyof T]: T[K] };
interface Entry {
  readonly epoch: number;
  readonly seq: number;
  readonly body: string;
}
interface Client {
  readonly view: Changeable<View> & { seen: Seen[] };
  readonly begins: string | undefined;
  last: Entry | undefined;
  online: boolean;
}

/** How the first SUBSCRIBE of the clients asks, in turn. */
const beginnings = ['first', undefined, 'last-2'];

export class IdealRun {
  readonly #rooms: { log: Entry[]; stored: number }[];
  readonly #clients: Client[];
  readonly #sendings: Changeable<Sending>[] = [];
  #epoch = 1;
  #tick = 0;

  constructor(rooms: number, clients: number) {
    this.#rooms = Array.from({ length: rooms }, () => ({ log: [], stored: 0 }));
    this.#clients = Array.from({ length: clients }, (_, at) => ({
      view: { client: `c${at}`, room: `room-${at % rooms}`, seen: [] },
      begins: beginnings[at % beginnings.length],
      last: undefined,
      online: false,
    }));
    for (const client of this.#clients) this.#return(client);
  }

  do(happening: Happening): void {
    if (happening.what === 'send') this.#send(happening.room, happening.level, happening.receipted);
    else if (happening.what === 'settle') for (const room of this.#rooms) room.stored = room.log.length;
    else if (happening.what === 'crash') this.#crash();
    else {
      const client = this.#clients[happening.client % this.#clients.length]!;
      if (happening.what === 'cut') this.#cut(client);
      else this.#return(client);
    }
  }

  /** Everybody is back, hears one more message, without which no crash at the end could be seen, and all is stored. */
  end(): History {
    for (const client of this.#clients) this.#return(client);
    for (const room of this.#rooms.keys()) this.#send(room, 'stored', true);
    this.do({ what: 'settle' });
    const store = this.#rooms.flatMap(({ log }, at) =>
      log.map((entry): Kept => ({ room: `room-${at}`, ...entry })),
    );
    const views = this.#clients.map(({ view }) => view);
    return { sendings: this.#sendings, views, store, textOf: (body) => body.slice('body of '.length) };
  }

  #send(at: number, level: Level, receipted: boolean): void {
    const number = at % this.#rooms.length;
    const text = `m${this.#sendings.length}`;
    const begun = this.#tick++;
    this.#append(number, bodyOf(text));
    const room = this.#rooms[number]!;
    if (level === 'stored') room.stored = room.log.length;
    const sending = { publisher: 'p', room: `room-${number}`, text, level, begun };
    this.#sendings.push({ ...sending, receipted: receipted ? this.#tick++ : undefined });
  }

  #append(number: number, body: string): void {
    const { log } = this.#rooms[number]!;
    const previous = log.at(-1);
    const seq = previous?.epoch === this.#epoch ? previous.seq + 1 : 1;
    const entry = { epoch: this.#epoch, seq, body };
    log.push(entry);
    for (const client of this.#clients) if (client.view.room === `room-${number}`) this.#hear(client, entry);
  }

  #hear(client: Client, entry: Entry): void {
    if (!client.online) return;
    const { epoch, seq, body } = entry;
    const discontinuity = client.last !== undefined && client.last.epoch !== epoch;
    const id = `hash-of-${client.view.room}.${epoch}-${seq}`;
    client.view.seen.push({ kind: 'message', id, body, discontinuity });
    client.last = entry;
  }

  #return(client: Client): void {
    if (client.online) return;
    const { view, last, begins } = client;
    const from = last === undefined ? begins : `hash-of-${view.room}.${last.epoch}-${last.seq}`;
    const { log } = this.#rooms[Number(view.room.slice('room-'.length))]!;
    const missed = last === undefined ? initial(log, begins) : log.filter((entry) => isBehind(entry, last));
    const resume = last !== undefined && last.epoch !== this.#epoch ? 'gap' : 'complete';
    view.seen.push({ kind: 'asked', from, tick: this.#tick++ });
    view.seen.push({
      kind: 'answered',
      resume: from === undefined ? undefined : resume,
      tick: this.#tick++,
    });
    client.online = true;
    for (const entry of missed) this.#hear(client, entry);
  }

  #cut(client: Client): void {
    if (client.online) client.view.seen.push({ kind: 'cut' });
    client.online = false;
  }

  #crash(): void {
    this.#epoch++;
    for (const client of this.#clients) this.#cut(client);
    const lost = this.#rooms.map((room) => room.log.splice(room.stored));
    for (const [room, entries] of lost.entries()) for (const { body } of entries) this.#sendAgain(room, body);
  }

  #sendAgain(room: number, body: string): void {
    const unsure = this.#sendings.some(
      ({ text, receipted }) => body === bodyOf(text) && receipted === undefined,
    );
    if (unsure) this.#append(room, body);
  }
}

const bodyOf = (text: string): string => `body of ${text}`;

const isBehind = (entry: Entry, last: Entry): boolean =>
  entry.epoch > last.epoch || (entry.epoch === last.epoch && entry.seq > last.seq);

function initial(log: readonly Entry[], begins: string | undefined): readonly Entry[] {
  if (begins === undefined) return [];
  return begins === 'first' ? log : log.slice(-Number(begins.slice('last-'.length)));
}
