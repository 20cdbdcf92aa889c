// The journal of queues in a file of SQLite: what comes while a commit runs goes into the next one, under one sync.
import type { QueueArguments } from '../../queue/consumer.ts';
import type { Journal, KeptBinding, KeptMessage, KeptTerms } from '../../queue/journal.ts';
import type { QueueEntry } from '../../queue/queue.ts';
import { Thread } from '../../sqlite/thread.ts';
import { decodeMessage, encodeMessage } from '../envelope.ts';
import type { Changes, JournalCalls, Packed } from './calls.ts';
import { journalFile, packed, unpacked } from './journal-file.ts';

/** From its source, or from what was built of it. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** After a commit that failed, what must still be written waits so long, in milliseconds. */
const pause = 1000;

/** What will be written together. */
class Pending {
  readonly added = new Map<number, QueueEntry>();
  readonly changed = new Map<number, QueueEntry>();
  readonly gone: number[] = [];
  readonly tried = new Map<number, number>();
  readonly bound = new Map<string, string | undefined>();
  readonly declared = new Map<string, string | undefined>();
  readonly done: Promise<void>;
  resolve!: () => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.done.catch(() => {}); // who waits hears of it; nobody may wait
  }

  /** Whether somebody may wait for it; how often something was tried is not worth a sync. */
  due = false;

  get empty(): boolean {
    const { added, changed, gone, tried, bound, declared } = this;
    return [added, changed, tried, bound, declared].every(({ size }) => size === 0) && gone.length === 0;
  }

  /** Takes over what must be written whatever failed. */
  again({ changed, gone, tried, bound, declared }: Pending): void {
    for (const [id, entry] of changed) if (entry.keptAs === id) this.changed.set(id, entry);
    this.gone.push(...gone);
    for (const [id, deliveries] of tried) if (!this.tried.has(id)) this.tried.set(id, deliveries);
    for (const [queue, source] of bound) if (!this.bound.has(queue)) this.bound.set(queue, source);
    for (const [queue, terms] of declared) if (!this.declared.has(queue)) this.declared.set(queue, terms);
  }

  /** As it crosses to the other thread. */
  get changes(): Changes {
    const [added, changed] = [packedEntries(this.added), packedEntries(this.changed)];
    const [tried, bound, declared] = [[...this.tried], [...this.bound], [...this.declared]];
    return { added, changed, gone: this.gone, tried, bound, declared };
  }
}

/** See {@link Journal}. */
export class SqliteJournal implements Journal {
  changes = 0;
  readonly #thread: Thread<JournalCalls>;
  #last = 0;
  #pending = new Pending();
  #running: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;

  /** @param file - its path; its folder is there */
  constructor(file: string) {
    this.#thread = new Thread<JournalCalls>({
      program,
      task: { file },
      kind: journalFile,
      memory: (name, given) => (name === 'commit' ? envelopesOf(given[0] as Changes) : []),
    });
  }

  /** @throws {StompwireError} `queues-unavailable`: another service has it; `queues-damaged` */
  open(): Promise<void> {
    return this.#thread.open();
  }

  /** All that was kept, in the order in which it was added. */
  async *kept(): AsyncIterable<KeptMessage> {
    for (;;) {
      const rows = unpacked(await this.#thread.ask('kept', this.#last));
      if (rows.length === 0) return;
      for (const { id, priority, expires, deliveries, envelope } of rows) {
        this.#last = id;
        const message = decodeMessage(envelope);
        yield { id, message, priority, expires: expires ?? Number.POSITIVE_INFINITY, deliveries };
      }
    }
  }

  /** The bindings that were kept. */
  bindings(): Promise<readonly KeptBinding[]> {
    return this.#thread.ask('bindings');
  }

  /** What was said of queues. */
  async declared(): Promise<readonly KeptTerms[]> {
    const rows = await this.#thread.ask('declared');
    return rows.map(({ queue, terms }) => ({ queue, terms: JSON.parse(terms) as QueueArguments }));
  }

  add(entry: QueueEntry, id?: number): void {
    entry.keptAs = id ?? ++this.#last;
    if (id !== undefined) return;
    this.#pending.added.set(this.#last, entry);
    this.#changed();
  }

  gone(entry: QueueEntry): void {
    const id = entry.keptAs;
    if (id === undefined) return;
    entry.keptAs = undefined;
    this.#pending.tried.delete(id);
    this.#pending.changed.delete(id);
    if (this.#pending.added.delete(id)) return;
    this.#pending.gone.push(id);
    this.#changed();
  }

  tried(entry: QueueEntry): void {
    const id = entry.keptAs;
    if (id !== undefined && !this.#pending.added.has(id)) this.#pending.tried.set(id, entry.deliveries);
  }

  /** What is not written yet is written as it is then. */
  changed(entry: QueueEntry): void {
    const id = entry.keptAs;
    if (id === undefined) return;
    if (!this.#pending.added.has(id)) this.#pending.changed.set(id, entry);
    this.#changed();
  }

  bind(queue: string, source: string | undefined): void {
    this.#pending.bound.set(queue, source);
    this.#changed();
  }

  declare(queue: string, terms: QueueArguments | undefined): void {
    this.#pending.declared.set(queue, terms && JSON.stringify(terms));
    this.#changed();
  }

  written(): Promise<void> {
    const { done } = this.#pending;
    this.#pending.due = true;
    this.#soon();
    return done;
  }

  async close(): Promise<void> {
    clearTimeout(this.#again);
    this.#soon();
    while (this.#running !== undefined) await this.#running;
    await this.#thread.close();
  }

  #changed(): void {
    this.changes++;
    this.#pending.due = true;
    this.#soon();
  }

  /** A turn of the event loop gathers what came with it. */
  #soon(): void {
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  async #run(): Promise<void> {
    let goesOn = true;
    while (goesOn) {
      const pending = this.#pending;
      this.#pending = new Pending();
      goesOn = (await this.#commit(pending)) && this.#pending.due;
    }
    this.#running = undefined;
  }

  /** @returns whether it went well */
  async #commit(pending: Pending): Promise<boolean> {
    try {
      if (!pending.empty) await this.#thread.ask('commit', pending.changes);
      pending.resolve();
      return true;
    } catch (error) {
      pending.reject(error);
      this.#pending.again(pending);
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#soon(), pause).unref();
      return false;
    }
  }
}

function packedEntries(entries: ReadonlyMap<number, QueueEntry>): Packed {
  const rows = Array.from(entries, ([id, { message, priority, expires, deliveries }]) => ({
    id,
    priority,
    expires: expires === Number.POSITIVE_INFINITY ? null : Math.ceil(expires),
    deliveries,
    envelope: encodeMessage(message),
  }));
  return packed(rows);
}

/** They are handed over, and not copied. */
function envelopesOf({ added, changed }: Changes): ArrayBuffer[] {
  return [added.envelopes.buffer, changed.envelopes.buffer];
}
