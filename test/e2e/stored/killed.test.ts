// kill -9 of the built service under load, again and again: what was receipted as stored is there, and no place has two bodies.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exported } from '../../chaos/exported.ts';
import { Random } from '../../chaos/random.ts';
import { Executable } from '../executable.ts';
import { Publishers, rooms, Told } from './publishers.ts';

const runs = 7;
const folder = mkdtempSync(join(tmpdir(), 'stompwire-killed-'));
let service: Executable | undefined;
let clients: Publishers | undefined;

afterEach(async () => {
  clients?.drop();
  service?.signal('SIGKILL');
  await service?.ended;
  rmSync(folder, { recursive: true, force: true });
});

async function started(): Promise<string> {
  const ports = ['--port', '0', '--stomp-port', '0', '--log-level', 'warn'];
  service = new Executable(['serve', ...ports, '--data', folder]);
  const addresses = await service.addresses();
  return addresses.find((address) => address.startsWith('stomp:'))!;
}

const epochOf = (position: string): number => Number(/ (\d+)-/.exec(position)![1]);

/** The epochs of a room, by the runs in which they were seen. */
function epochsOf(room: string, told: Told): number[][] {
  const epochs = Array.from({ length: runs }, () => new Set<number>());
  for (const [position, { run }] of told.delivered)
    if (position.startsWith(`${room} `)) epochs[run]!.add(epochOf(position));
  return epochs.map((seen) => [...seen]);
}

describe('a service that is killed under load', () => {
  it('has all that was receipted as stored, and never gives a position to a second message', {
    timeout: 240_000,
  }, async () => {
    const random = new Random(Number(process.env.STOMPWIRE_TEST_SEED ?? 11));
    const told = new Told();
    for (let run = 0; run < runs; run++) {
      clients = await Publishers.open(await started(), told, run);
      await clients.receipts(Math.floor(random.between(1, 900)));
      service!.signal('SIGKILL');
      await service!.ended;
      clients.drop();
    }
    await started();
    service!.signal('SIGTERM');
    expect((await service!.ended).code).toBe(0);

    const kept = await exported(['--data', folder]);
    const contents = kept.map(({ body }) => JSON.parse(body).content as string);
    const known = new Set(contents);
    expect(known.size).toBe(contents.length);
    expect([...told.stored].filter((content) => !known.has(content))).toEqual([]);
    expect(contents.filter((content) => !told.sent.has(content))).toEqual([]);
    expect(told.stored.size).toBeGreaterThan(runs);

    // a place that was delivered and then lost belongs to nobody else
    const twice = kept.flatMap(({ room, epoch, seq }, at) => {
      const delivered = told.delivered.get(`${room} ${epoch}-${seq}`);
      return delivered === undefined || delivered.content === contents[at] ? [] : [{ room, epoch, seq }];
    });
    expect([...told.twice, ...twice]).toEqual([]);
    expect(new Set(kept.map(({ room, epoch, seq }) => `${room} ${epoch}-${seq}`)).size).toBe(kept.length);
    for (const room of rooms) {
      const epochs = epochsOf(room, told).filter((seen) => seen.length > 0);
      expect(epochs.every((seen) => seen.length === 1)).toBe(true);
      expect(epochs.flat()).toEqual([...new Set(epochs.flat())].sort((a, b) => a - b));
    }
  });
});
