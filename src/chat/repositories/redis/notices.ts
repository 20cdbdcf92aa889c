// The shelf of notices in Redis. What Redis does stands in `scripts.ts`.
import type { RedisConnection, Reply } from '../../../redis/connection.ts';
import type { ListAsked, Listed } from '../../listed.ts';
import type { DueNotice, NoticedThrough, NoticeShelf, NoticeStep } from '../../live-repository.ts';
import type { Notice } from '../../room.ts';
import type { LiveKeys } from './keys.ts';
import * as scripts from './scripts.ts';

/** So many notices of a room go in one call, so that nobody else waits for long. */
const endsTogether = 1000;
/** A call that keeps so many takes no further step. */
const keptTogether = 500;

/** See {@link NoticeShelf}. */
export class RedisNotices implements NoticeShelf {
  readonly #connection: RedisConnection;
  readonly #keys: LiveKeys;
  readonly #named: readonly string[];

  constructor(connection: RedisConnection, keys: LiveKeys) {
    this.#connection = connection;
    this.#keys = keys;
    this.#named = scripts.noticeKeys.map((name) => keys[name]);
  }

  async begin(roomId: string, through: number): Promise<number> {
    return Number(await this.#run(scripts.beginScript, roomId, String(through)));
  }

  async through(roomId: string): Promise<number | undefined> {
    const through = await this.#connection.call('HGET', this.#keys.through, roomId);
    return through === null ? undefined : Number(through);
  }

  /** A room may come twice; parts may be larger than asked for, and empty. */
  async rooms({ limit, after = '0' }: ListAsked): Promise<Listed<NoticedThrough>> {
    const part = await this.#connection.call('HSCAN', this.#keys.through, after, 'COUNT', limit);
    const [next, words] = part as [Buffer, readonly Buffer[]];
    const items = words.flatMap((word, at) =>
      at % 2 === 0 ? [{ roomId: String(word), through: Number(words[at + 1]) }] : [],
    );
    return { items, next: String(next) === '0' ? undefined : String(next) };
  }

  async commit(steps: readonly NoticeStep[], cap: number): Promise<readonly boolean[]> {
    const answers: boolean[] = [];
    for (const some of callsOf(steps)) {
      const taken = await this.#list(scripts.commitScript, String(cap), ...some.flatMap(wordsOf));
      answers.push(...taken.map((one) => Number(one) === 1));
    }
    return answers;
  }

  async keep(user: string, { id, number, roomId, ...rest }: Notice, cap: number): Promise<void> {
    const json = JSON.stringify({ id, roomId, number, ...rest });
    await this.#run(scripts.keepScript, String(cap), user, id, String(number), roomId, json);
  }

  async of(user: string, limit: number): Promise<readonly Notice[]> {
    return (await this.#list(scripts.ofScript, user, String(limit))).map(noticeOf);
  }

  async drop(user: string, ids: readonly string[]): Promise<readonly string[]> {
    return (await this.#list(scripts.dropScript, user, ...ids)).map(String);
  }

  async read(user: string, roomId: string, upTo: number): Promise<void> {
    await this.#run(scripts.readScript, user, roomId, String(upTo));
  }

  async end(roomId: string): Promise<void> {
    while (Number(await this.#run(scripts.endScript, roomId, String(endsTogether))) === endsTogether);
  }

  async due(now: number, leased: number, limit: number): Promise<readonly DueNotice[]> {
    const words = await this.#list(scripts.dueScript, String(now), String(leased), String(limit));
    return words.flatMap((field, at): DueNotice[] => {
      if (at % 3 !== 0) return [];
      const [user = ''] = String(field).split('\n');
      return [{ user, notice: noticeOf(words[at + 1]!), tries: Number(words[at + 2]) }];
    });
  }

  async posted(user: string, id: string, again?: number): Promise<void> {
    await this.#run(scripts.postedScript, `${user}\n${id}`, again === undefined ? '' : String(again));
  }

  async toPost(): Promise<number> {
    return Number(await this.#connection.call('ZCARD', this.#keys.due));
  }

  #run(script: string, ...args: readonly string[]): Promise<Reply> {
    return this.#connection.script(script, this.#named, args);
  }

  async #list(script: string, ...args: readonly string[]): Promise<readonly Reply[]> {
    return (await this.#run(script, ...args)) as readonly Reply[];
  }
}

/** Which steps go in one call. */
function callsOf(steps: readonly NoticeStep[]): NoticeStep[][] {
  const calls: NoticeStep[][] = [];
  let kept = keptTogether;
  for (const step of steps) {
    if (kept >= keptTogether) {
      calls.push([]);
      kept = 0;
    }
    calls.at(-1)!.push(step);
    kept += step.kept.length;
  }
  return calls;
}

function wordsOf({ roomId, after, through, kept, dropped }: NoticeStep): string[] {
  const notices = kept.flatMap(({ user, notice, postAt = '' }) => [
    ...[user, notice.id, String(notice.number), JSON.stringify(notice), String(postAt)],
  ]);
  const counts = [String(after), String(through), String(kept.length)];
  return [roomId, ...counts, ...notices, String(dropped.length), ...dropped];
}

/** What stands before the line's end is for Redis. */
function noticeOf(value: Reply): Notice {
  const text = String(value);
  return JSON.parse(text.slice(text.indexOf('\n') + 1)) as Notice;
}
