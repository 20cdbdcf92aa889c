// The chat's repository in a real MongoDB keeps the contract of its port, also with several processes at once.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MongoDbRepository } from '../../src/chat/repositories/mongodb.ts';
import { requires } from '../servers/requires.ts';
import { chatRepositoryContract } from './chat-repository.ts';
import { liveRepositoryContract } from './live-repository.ts';
import { MongoPlace } from './mongodb-places.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const url = requires('mongodb');

async function opened(address: string): Promise<MongoDbRepository> {
  const repository = new MongoDbRepository(address);
  await repository.open();
  return repository;
}

describe.runIf(url)('over MongoDB', () => {
  if (url === undefined) return;

  const kind = {
    name: 'mongodb',
    open: async () => {
      const place = new MongoPlace(url);
      const repository = await opened(place.url);
      const close = async (): Promise<void> => {
        await repository.close();
        await place.close();
      };
      return { repository, again: () => opened(place.url), close };
    },
  };
  chatRepositoryContract(kind);
  liveRepositoryContract(kind);

  let place: MongoPlace;
  beforeEach(() => {
    place = new MongoPlace(url);
  });
  afterEach(() => place.close());

  it('two processes that ask for the room of two at once are given one room, with both in it', async () => {
    const program = new URL('./mongodb-pair-maker.ts', import.meta.url).pathname;
    const makers = ['kim', 'lee'].map((by) =>
      promisify(execFile)(process.execPath, [program, place.url, by]),
    );
    const [one, other] = (await Promise.all(makers)).map(({ stdout }) => JSON.parse(stdout) as object[]);
    expect(one).toHaveLength(20);
    expect(one).toEqual(other);
    const repository = await opened(place.url);
    for (const { id } of one as { id: string }[]) expect(await repository.members.count(id)).toBe(2);
    await repository.close();
    // nothing is left of those who came second
    expect(await place.db.collection('chat_members').countDocuments()).toBe(40);
  });

  it('several open it at a time, and a newer program’s is left alone', async () => {
    const all = await Promise.all([1, 2, 3].map(() => opened(place.url)));
    await Promise.all(all.map((one) => one.close()));
    const state = place.db.collection<{ _id: string }>('chat_state');
    expect(await state.countDocuments()).toBe(1);
    await state.updateOne({ _id: 'schema' }, { $set: { version: 9 } });
    await expect(opened(place.url)).rejects.toThrow(/newer stompwire/);
  });

  it('which cannot be reached says that it is away', async () => {
    const away = new MongoDbRepository('mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200');
    await expect(away.open()).rejects.toMatchObject({ code: 'history-unavailable' });
    await away.close();
  });
});
