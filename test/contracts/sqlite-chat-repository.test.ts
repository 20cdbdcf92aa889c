// The chat's repository in a file keeps the contract of its port, and what was answered, however its process ends.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterEach, expect, it, vi } from 'vitest';
import { SqliteRepository } from '../../src/chat/repositories/sqlite.ts';
import { chatRepositoryContract } from './chat-repository.ts';
import { liveRepositoryContract } from './live-repository.ts';

vi.setConfig({ testTimeout: 60_000 });

const folders: string[] = [];
function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-chat-'));
  folders.push(folder);
  return join(folder, 'data', 'chat.sqlite');
}

async function opened(file: string): Promise<SqliteRepository> {
  const repository = new SqliteRepository(file);
  await repository.open();
  return repository;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const kind = {
  name: 'sqlite',
  open: async () => {
    const file = newFile();
    const repository = await opened(file);
    const again = async (): Promise<SqliteRepository> => {
      await repository.close();
      return opened(file);
    };
    return { repository, again, close: () => repository.close() };
  },
};
chatRepositoryContract(kind);
liveRepositoryContract(kind);

it('what was answered is there after a kill -9, and each room has its owner', async () => {
  const file = newFile();
  const answered: string[] = [];
  for (let run = 0; run < 3; run++) {
    const program = new URL('./sqlite-room-maker.ts', import.meta.url).pathname;
    const maker = spawn(process.execPath, [program, file, String(run)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface(maker.stdout)) {
      answered.push(line);
      if (answered.length === 60 * (run + 1)) maker.kill('SIGKILL');
    }
  }
  const repository = await opened(file);
  for (const id of answered) expect(await repository.members.roleOf(id, 'kim')).toBe('owner');
  const rooms: string[] = [];
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const part = await repository.rooms.listPublic({ limit: 200, after });
    rooms.push(...part.items.map(({ id }) => id));
    after = part.next;
  }
  expect(answered.length).toBeGreaterThanOrEqual(180);
  expect(answered.filter((id) => !rooms.includes(id))).toEqual([]);
  for (const id of rooms) expect(await repository.members.count(id)).toBe(1);
  await repository.close();
});

it('is one process’s at a time, and a newer program’s is left alone', async () => {
  const file = newFile();
  const repository = await opened(file);
  await expect(opened(file)).rejects.toMatchObject({ code: 'history-unavailable' });
  await repository.close();
  const db = new Database(file);
  db.pragma('user_version = 9');
  db.close();
  await expect(opened(file)).rejects.toThrow(/newer version of this program/);
});
