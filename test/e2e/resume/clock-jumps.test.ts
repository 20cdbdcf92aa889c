// The built service on a machine whose calendar jumps a day ahead and a day back: nothing that was promised breaks.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawTcp } from '../clients/raw-tcp.ts';
import { chatRoom, contentsOf, Served } from './served.ts';

const day = 24 * 3_600_000;

/** Loaded before the service: moves its calendar by `days`, and by one more or less at a signal. */
const calendar = (days: number): string => {
  const program = `
    const Real = Date;
    let ahead = ${days * day};
    globalThis.Date = class extends Real {
      constructor(...given) { super(...(given.length === 0 ? [Real.now() + ahead] : given)); }
      static now() { return Real.now() + ahead; }
    };
    process.on('SIGUSR2', () => { ahead += ${day}; });
    process.on('SIGWINCH', () => { ahead -= ${day}; });`;
  return `--import=data:text/javascript,${encodeURIComponent(program)}`;
};

let served: Served;
let talker: RawTcp;
/** All that was said, in its order. */
let said: string[];

beforeEach(async () => {
  served = new Served();
  said = [];
  await begin(0);
});
afterEach(() => served.close());

/** Ages and windows are an hour, so that a jump by a day would end all of them. */
async function begin(days: number): Promise<void> {
  await served.start('count=1000 age=1h window=1h', ['--idempotency-window', '3600000'], [calendar(days)]);
  talker = await served.tcp();
  talker.frame('SUBSCRIBE', { id: 'live', destination: chatRoom });
}

/** Says something, under a key. */
async function say(content: string): Promise<void> {
  const headers = { destination: '/app/chat-room/away/send', 'idempotency-key': content };
  await talker.confirmed('SEND', { ...headers, 'receipt-level': 'stored' }, JSON.stringify({ content }));
}

/** Sends a signal, and says something until what is said is so many days away. */
async function jump(signal: NodeJS.Signals, days: number): Promise<void> {
  served.signal(signal);
  for (let away = Number.NaN; away !== days; ) {
    const content = `message ${said.length}`;
    said.push(content);
    await say(content);
    const message = await talker.next('MESSAGE', ({ body }) => body.includes(`"${content}"`));
    const { sentAt } = JSON.parse(String(message.body)) as { sentAt: string };
    away = Math.round((Date.parse(sentAt) - Date.now()) / day);
  }
}

interface Resumed {
  readonly resume: string | undefined;
  readonly contents: readonly string[];
  readonly ids: readonly string[];
}

async function resumed(from: string, count: number): Promise<Resumed> {
  const client = await served.tcp();
  const headers = { id: 's', destination: chatRoom, 'resume-from': from };
  const receipt = await client.confirmed('SUBSCRIBE', headers);
  const frames = await client.frames.count(2 + count);
  const ids = frames.slice(2).map((frame) => frame.headers['message-id']!);
  return { resume: receipt.headers.resume, contents: contentsOf(frames), ids };
}

const epochOf = (id: string): number => Number(/\.(\d+)-/.exec(id)![1]);
const seqOf = (id: string): number => Number(/-(\d+)$/.exec(id)![1]);

describe('a calendar that jumps under a running service', () => {
  it('forgets no key, ages no message, and counts on in the same epoch', async () => {
    said.push('before the first');
    await say('before the first');
    for (const [signal, days] of [
      ['SIGUSR2', 1],
      ['SIGWINCH', 0],
      ['SIGWINCH', -1],
      ['SIGUSR2', 0],
    ] as const) {
      await jump(signal, days);
      for (const content of said) await say(content); // again: nobody hears them twice
      const first = (await talker.next('MESSAGE')).headers['message-id']!;
      const { resume, contents, ids } = await resumed(first, said.length - 1);
      expect([resume, contents]).toEqual(['complete', said.slice(1)]);
      expect([first, ...ids].map(seqOf)).toEqual(said.map((_, at) => at + 1));
      expect(new Set([first, ...ids].map(epochOf)).size).toBe(1);
    }
    expect(contentsOf(talker.messages)).toEqual(said);
    // all of it was in the hot log still
    expect(await served.metric('stompwire_resume_reads_total', 'store')).toBe(0);
  });
});

describe('a calendar that is a day behind when the service starts again', () => {
  it.each([
    ['SIGTERM', 'complete', ['2', '3']],
    ['SIGKILL', 'gap', ['2', '!3']],
  ] as const)('after %s: resuming is %s', async (signal, told, contents) => {
    await say('1');
    await say('2');
    const before = await resumed('first', 2);
    await served.end(signal);
    await begin(-1);
    await say('3');
    const after = await resumed(before.ids[0]!, 2);
    expect([after.resume, after.contents]).toEqual([told, contents]);
    const [last, next] = [before.ids[1]!, after.ids[1]!];
    if (signal === 'SIGTERM') expect([epochOf(next), seqOf(next)]).toEqual([epochOf(last), 3]);
    else expect(epochOf(next)).toBeGreaterThan(epochOf(last));
  });
});
