// Group commit: what is appended while a commit runs goes into the next one together.
import type { LogRecord } from '../../../message/record.ts';
import type { Refusal } from '../../store.ts';
import { type Packed, packed } from './packed.ts';
import type { Refused } from './writing.ts';

/** One commit takes so many records, or so many bytes, and what is left waits for the next. */
const most = { records: 4096, bytes: 16 << 20 };

interface Waiting {
  readonly records: readonly LogRecord[];
  resolve(refusals: readonly Refusal[]): void;
  reject(error: unknown): void;
}

export class Gathering {
  readonly #commit: (batch: Packed) => Promise<readonly Refused[]>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(commit: (batch: Packed) => Promise<readonly Refused[]>) {
    this.#commit = commit;
  }

  append(records: readonly LogRecord[]): Promise<readonly Refusal[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, resolve, reject });
      // a turn of the event loop gathers what came with it
      this.#running ??= Promise.resolve().then(() => this.#run());
    });
  }

  /** Done when nothing waits. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#together(this.#take());
    this.#running = undefined;
  }

  #take(): Waiting[] {
    let [count, records, bytes] = [0, 0, 0];
    for (const { records: some } of this.#waiting) {
      records += some.length;
      bytes += some.reduce((sum, { body }) => sum + body.length, 0);
      if (count > 0 && (records > most.records || bytes > most.bytes)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #together(gathered: readonly Waiting[]): Promise<void> {
    try {
      const records = gathered.flatMap((waiting) => waiting.records);
      const refused = await this.#commit(packed(records));
      answer(gathered, new Map(refused));
    } catch (error) {
      for (const { reject } of gathered) reject(error);
    }
  }
}

/** Each hears which of its own records were refused. */
function answer(gathered: readonly Waiting[], refused: ReadonlyMap<number, string>): void {
  let begin = 0;
  for (const { records, resolve } of gathered) {
    const from = begin;
    begin += records.length;
    const refusals =
      refused.size === 0
        ? []
        : records.flatMap((record, i) => {
            const reason = refused.get(from + i);
            return reason === undefined ? [] : [{ record, reason }];
          });
    resolve(refusals);
  }
}
