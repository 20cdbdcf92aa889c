// A history that travels: from an embedded one over lines of JSON into a MongoDB, and back again.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/backends.ts';
import { World } from '../cli/world.ts';
import { requires } from '../servers/requires.ts';
import { plain, recordOf, recordsOf } from './history-records.ts';
import { MongoPlace } from './mongodb-places.ts';

// several histories are opened in each test, beside whatever else the machine does
vi.setConfig({ testTimeout: 60_000 });

const url = requires('mongodb');

describe.runIf(url)('stompwire history', () => {
  let folder: string;
  let place: MongoPlace;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'travel-'));
    place = new MongoPlace(url!);
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await place.close();
  });

  async function kept(address: string, data: string): Promise<object[]> {
    const store = await openStore(address, data);
    await store.open();
    const found: object[] = [];
    for await (const record of store.upkeep.all()) found.push(plain(record));
    await store.close();
    return found;
  }

  async function fill(data: string): Promise<void> {
    const store = await openStore('embedded', data);
    await store.open();
    await store.append([
      ...recordsOf(1500),
      ...recordsOf(4, { epoch: 2, body: Buffer.of(0, 0xff), sender: 'ann', headers: ['a', '1', 'a', '2'] }),
      ...recordsOf(3, { destination: '/topic/다른/방', contentType: 'text/plain', tombstone: 'redacted' }),
      recordOf(9, { epoch: 3, key: 'user:ann k', text: '\u2028 line\r\n' }),
    ]);
    await store.close();
  }

  it('moves a history from a file into MongoDB and back, the same records in the same order', async () => {
    const [from, back, lines, again] = ['from', 'back', 'lines', 'again'].map((name) => join(folder, name));
    await fill(from!);
    const world = new World();
    const run = (line: string): Promise<number> => world.run(`history ${line}`);
    expect(await run(`export ${lines} --history embedded --data ${from}`)).toBe(0);
    expect(await run(`import ${lines} --history ${place.url}`)).toBe(0);
    expect(await run(`import ${lines} --history ${place.url}`)).toBe(0);
    expect(await kept(place.url, 'memory')).toEqual(await kept('embedded', from!));
    expect(await run(`export ${again} --history ${place.url}`)).toBe(0);
    expect(readFileSync(again!, 'utf8')).toBe(readFileSync(lines!, 'utf8'));
    expect(await run(`import ${again} --history embedded --data ${back}`)).toBe(0);
    expect(await kept('embedded', back!)).toEqual(await kept('embedded', from!));
    expect(world.err.match(/1508 records/g)).toHaveLength(5);
  });

  it('leaves the retention of a MongoDB as the service set it', async () => {
    const service = await openStore(place.url, 'memory', { retention: 60_000 });
    await service.open();
    await service.close();
    expect(await new World().run(`history export ${join(folder, 'x')} --history ${place.url}`)).toBe(0);
    const indexes = await place.db.collection('messages').indexes();
    expect(indexes.find(({ name }) => name === 'time')).toMatchObject({ expireAfterSeconds: 60 });
  });

  it('tells of a server that is not there, without the password', async () => {
    const world = new World();
    const address = 'mongodb://ann:hunter2@127.0.0.1:1/chat?serverSelectionTimeoutMS=50';
    expect(await world.run(`history export --history ${address}`)).toBe(1);
    expect(world.err).toMatch(/^stompwire: the history is not available/);
    expect(world.err).not.toContain('hunter2');
  });
});
