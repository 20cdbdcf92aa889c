// The commands of the separate writer and of dead letters: what they refuse, and what they take.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileDeadLetters } from '../../src/history/feeds/file-dead-letters.ts';
import { recordAt } from '../history/records.ts';
import { World } from './world.ts';

describe('write-history', () => {
  it.each([
    ['a broker without a feed', '--history mongodb://m/chat', /broker: "memory" has no feed.*allowed: redis/],
    ['a history of one process', '--broker redis://r', /history: "embedded" cannot be.*allowed: mongodb/],
    ['no history', '--broker redis://r --history off', /history: "off" cannot be/],
    ['an unknown history', '--broker redis://r --history oracle://o', /history: "oracle"/],
  ])('refuses %s with 1, before anything is opened', async (_, words, told) => {
    const world = new World();
    expect(await world.run(`write-history ${words}`)).toBe(1);
    expect(world.err).toMatch(told);
    expect(world.out).toBe('');
  });

  it('shows no password', async () => {
    const world = new World();
    expect(await world.run('write-history --broker stomp://u:hunter2@h --history off')).toBe(1);
    expect(world.err).not.toContain('hunter2');
  });

  it('has no flags of the service', async () => {
    const world = new World();
    expect(await world.run('write-history --port 1')).toBe(1);
    expect(world.err).toMatch(/unknown option '--port'/);
  });
});

describe('history dead-letters', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'letters-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lists those of a data folder, without what they hold', async () => {
    const letters = new FileDeadLetters(join(folder, 'dead-letters.ndjson'));
    const record = recordAt('/a', 7, { body: Buffer.from('a secret'), sender: 'ann' });
    await letters.add({ id: '1', record }, 'too large');
    const world = new World();
    expect(await world.run(`history dead-letters list --data ${folder}`)).toBe(0);
    const line = JSON.parse(world.out) as object;
    expect(line).toMatchObject({ destination: '/a', epoch: 1, seq: 7, reason: 'too large', bytes: 8 });
    expect(world.out).not.toContain('secret');
  });

  it('says where they are to be looked for', async () => {
    const world = new World();
    expect(await world.run('history dead-letters list')).toBe(1);
    expect(world.err).toMatch(/give --broker .* or --data/);
  });

  it('tries nothing again that was not named', async () => {
    const world = new World();
    expect(await world.run(`history dead-letters retry --data ${folder}`)).toBe(1);
    expect(world.err).toMatch(/name dead letters, or give --all/);
  });
});
