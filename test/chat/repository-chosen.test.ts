// Where rooms are kept follows from where messages are.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { liveOf, repositoryOf } from '../../src/chat/repositories/chosen.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import { resolveConfig } from '../../src/config/config.ts';

const died = (): void => {};
const chosen = (options: object, open = false) =>
  repositoryOf({ config: resolveConfig(options), open, died });

it('with no folder they are in memory, with one in a file there', async () => {
  expect(chosen({ data: 'memory' })).toBeInstanceOf(MemoryRepository);
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-chosen-'));
  const room = { id: 'r', name: 'r', kind: 'public', createdAt: 1, createdBy: undefined } as const;
  for (const run of [1, 2]) {
    const repository = chosen({ data: folder });
    expect(() => repository.rooms).toThrow(/not open/);
    await repository.open();
    if (run === 1) await repository.rooms.create(room, []);
    expect(await repository.rooms.find('r')).toEqual(room);
    await repository.close();
  }
  rmSync(folder, { recursive: true });
});

it('rooms of members are refused where each node would have its own', () => {
  const shared = { broker: 'redis://127.0.0.1:1', history: 'off', data: 'memory' };
  expect(() => chosen(shared)).toThrow(/give history the address of a store/);
  expect(chosen(shared, true)).toBeInstanceOf(MemoryRepository);
  expect(chosen({ ...shared, history: 'mongodb://127.0.0.1:1' })).not.toBeInstanceOf(MemoryRepository);
});

it('what is live is where nodes meet: in their Redis, or else with the rest', async () => {
  const repository = new MemoryRepository();
  expect(liveOf({ broker: 'memory' }, repository)).toBe(repository);
  for (const broker of ['redis://127.0.0.1:1', 'rediss+sentinel://a/b', 'redis+cluster://a,b']) {
    const live = liveOf({ broker }, repository);
    expect(live).not.toBe(repository);
    expect(() => live.notices).toThrow(/not open/);
    await live.close();
  }
});
