// The commands history export and history import, over embedded histories.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/backends.ts';
import { FileDeadLetters } from '../../src/history/feeds/file-dead-letters.ts';
import type { LogRecord } from '../../src/message/record.ts';
import { recordOf, recordsOf } from '../contracts/history-records.ts';
import { World } from './world.ts';

// each opens several histories with their threads, beside whatever else the machine does
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

async function kept(data: string, records: readonly LogRecord[] = []): Promise<LogRecord[]> {
  const store = await openStore('embedded', data);
  await store.open();
  await store.append(records);
  const found: LogRecord[] = [];
  for await (const record of store.upkeep.all()) found.push(record);
  await store.close();
  return found;
}

async function run(line: string, input?: string): Promise<{ world: World; code: number }> {
  const world = new World();
  if (input !== undefined) world.stdin.end(input);
  return { world, code: await world.run(line) };
}

const some = [
  ...recordsOf(1200, { time: 5 }),
  recordOf(1, { epoch: 2, body: Buffer.of(0xff, 0), key: 'k', sender: 'ann', headers: ['a', '1', 'a', '2'] }),
  ...recordsOf(3, { destination: '/topic/other/한글', contentType: 'text/plain', tombstone: 'redacted' }),
];

/** A history of `some`, as it was closed, and what it has read back: tests begin with a copy of it. */
const closed = mkdtempSync(join(tmpdir(), 'history-'));
let before: readonly LogRecord[];
beforeAll(async () => {
  before = await kept(closed, some);
});
afterAll(() => rmSync(closed, { recursive: true }));
const copied = (name: string): void => cpSync(closed, at(name), { recursive: true });

describe('stompwire history', () => {
  it('brings everything from one history into another, as it was and in order', async () => {
    copied('a');
    const out = await run(`history export ${at('lines')} --history embedded --data ${at('a')}`);
    expect([out.code, out.world.out, out.world.err]).toEqual([0, '', 'stompwire: 1204 records exported\n']);
    const back = await run(`history import ${at('lines')} --history embedded --data ${at('b')}`);
    expect([back.code, back.world.err]).toEqual([0, 'stompwire: 1204 records imported, 0 refused\n']);
    expect(before).toHaveLength(1204);
    expect(await kept(at('b'))).toEqual(before);
  });

  it('imports twice what it imports once, and changes nothing that is there', async () => {
    copied('a');
    const { world } = await run(`history export --history embedded --data ${at('a')}`);
    const there = recordOf(7, { text: 'another body' });
    await kept(at('b'), [there]);
    for (let i = 0; i < 2; i++)
      expect((await run(`history import --history embedded --data ${at('b')}`, world.out)).code).toBe(0);
    const found = await kept(at('b'));
    expect(found).toHaveLength(1204);
    expect(found.find(({ seq }) => seq === 7)?.body.toString()).toBe('another body');
  });

  it('exports the destinations that are asked for, to stdout', async () => {
    copied('a');
    const asked = '--destination /topic/other/* --destination /topic/none';
    const { world, code } = await run(`history export ${asked} --history embedded --data ${at('a')}`);
    expect([code, world.err]).toEqual([0, 'stompwire: 3 records exported\n']);
    expect(
      world.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).destination),
    ).toEqual(Array.from({ length: 3 }, () => '/topic/other/한글'));
  });

  it('leaves a whole file that only its owner can read, or none', async () => {
    copied('a');
    await run(`history export ${at('lines')} --history embedded --data ${at('a')}`);
    expect(statSync(at('lines')).mode & 0o777).toBe(0o600);
    const { world, code } = await run(
      `history export ${at('none/lines')} --history embedded --data ${at('a')}`,
    );
    expect([code, world.err]).toEqual([
      1,
      `stompwire: ${at('none/lines.part')} cannot be written (ENOENT)\n`,
    ]);
    mkdirSync(at('taken'));
    const taken = await run(`history export ${at('taken')} --history embedded --data ${at('a')}`);
    expect([taken.code, taken.world.err]).toEqual([1, expect.stringContaining('cannot be written')]);
    expect(existsSync(at('taken.part'))).toBe(false);
    writeFileSync(join(at('a'), 'history.sqlite'), 'not a database at all, but long enough to be looked at');
    const damaged = await run(`history export ${at('lines2')} --history embedded --data ${at('a')}`);
    expect([damaged.code, damaged.world.err]).toEqual([1, expect.stringContaining('history.sqlite')]);
    expect([existsSync(at('lines2')), existsSync(at('lines2.part'))]).toEqual([false, false]);
  });

  it('names the line that is none, keeps what stands before it, and takes the mended file', async () => {
    copied('a');
    await run(`history export ${at('lines')} --history embedded --data ${at('a')}`);
    const lines = readFileSync(at('lines'), 'utf8').split('\n');
    const bad = [...lines.slice(0, 1100), '', '{"destination": secret}', ...lines.slice(1100)].join('\n');
    const command = `history import --history embedded --data ${at('b')}`;
    const { world, code } = await run(command, bad);
    expect([code, world.err]).toEqual([
      1,
      'stompwire: line 1102: it is no JSON; 1100 records before it were imported; the file can be imported again when it is mended\n',
    ]);
    expect(await kept(at('b'))).toHaveLength(1100);
    expect((await run(command, lines.join('\r\n'))).code).toBe(0);
    expect(await kept(at('b'))).toEqual(before);
  });

  it('makes no history for a file that cannot be read', async () => {
    const { code } = await run(`history import /none/lines --data ${at('nowhere')}`);
    expect([code, existsSync(at('nowhere'))]).toEqual([1, false]);
  });

  it.each([
    ['export', '--history embedded', 'history: embedded keeps nothing here'],
    ['export', '--history off', 'history: off keeps nothing here'],
    ['import', '--history memory', 'history: memory keeps nothing here'],
    ['import /none/lines', '--history embedded --data FOLDER', '/none/lines cannot be read (ENOENT)'],
    ['export', '--history mysql://ann:hunter2@host/chat', 'the back end "mysql" is not part of this version'],
    ['export', '--history mongodb://ann:hunter2@host:port/', 'the mongodb address cannot be understood'],
    ['export --destination topic', '--history embedded --data FOLDER', "destination 'topic' must begin"],
  ])('refuses with 1: history %s %s', async (command, flags, why) => {
    const given = flags.replace('FOLDER', at('a'));
    copied('a');
    const { world, code } = await run(`history ${command} ${given}`.trim());
    expect(code).toBe(1);
    expect(world.err).toMatch(/^stompwire: /);
    expect(world.err).toContain(why);
    expect(world.err).not.toContain('hunter2');
  });

  it('refuses to read a folder without a history, and makes none', async () => {
    const commands = ['export', 'dead-letters list', 'dead-letters retry --all'];
    for (const command of commands) {
      const { world, code } = await run(`history ${command} --data ${at('mistyped')}`);
      expect([command, code, world.out]).toEqual([command, 1, '']);
      expect(world.err).toContain(`data: there is no`);
      expect(world.err).toContain(`${at('mistyped')}`);
      expect(existsSync(at('mistyped'))).toBe(false);
    }
    mkdirSync(at('empty'));
    const { world, code } = await run(`history export --data ${at('empty')}`);
    expect([code, world.err]).toEqual([1, expect.stringContaining(join(at('empty'), 'history.sqlite'))]);
    expect(readdirSync(at('empty'))).toEqual([]);
  });

  it('puts a dead letter of the service back into the place that its tombstone keeps', async () => {
    const tombstone = recordOf(2, { body: Buffer.alloc(0), tombstone: 'poisoned' });
    await kept(at('a'), [recordOf(1), tombstone, recordOf(3)]);
    const letters = new FileDeadLetters(join(at('a'), 'dead-letters.ndjson'));
    await letters.add({ id: '7', record: recordOf(2, { text: 'mended' }) }, 'not mine');
    const { world, code } = await run(`history dead-letters retry --all --data ${at('a')}`);
    expect([code, world.err, world.out]).toEqual([0, '', expect.stringMatching(/ stored\n$/)]);
    const bodies = (await kept(at('a'))).map(({ body }) => body.toString());
    expect(bodies).toEqual(['message 1', 'mended', 'message 3']);
    expect(await letters.count()).toBe(0);
  });

  it('shows at a terminal how far it is, and nothing of that in a pipe', async () => {
    copied('a');
    const world = new World();
    world.stderr.isTTY = true;
    expect(await world.run(`history export ${at('lines')} --history embedded --data ${at('a')}`)).toBe(0);
    expect(world.err).toContain('1204/1204 records');
    expect(world.out).toBe('');
    const size = statSync(at('lines')).size;
    expect(await world.run(`history import ${at('lines')} --history embedded --data ${at('b')}`)).toBe(0);
    expect(world.err).toContain(`${size}/${size} bytes`);
  });
});
