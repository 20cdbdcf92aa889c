// Readiness tells of a history in trouble also while nothing is written: a thread that is dead, a database that is away.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import { type Config, createServer, type Server } from '../../../src/index.ts';
import { Gate } from '../../chaos/gate.ts';
import { requires } from '../../servers/requires.ts';
import { readiness } from './readiness.ts';

const mongodb = requires('mongodb');
const folder = mkdtempSync(join(tmpdir(), 'stompwire-readiness-'));
const threads: Worker[] = [];
const seen = (thread: Worker): void => void threads.push(thread);
let server: Server;
let gate: Gate | undefined;

afterEach(async () => {
  process.off('worker', seen);
  await server.close();
  await gate?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns where its health is told */
async function started(options: Partial<Config>): Promise<string> {
  const quiet = { port: 0, stompPort: 'off', ops: 0, logLevel: 'silent' } as const;
  server = createServer({ ...quiet, logged: ['/topic/room'], ...options });
  await server.start();
  return server.addresses.ops!;
}

const published = (text: string) => server.publish('/topic/room', text, { receiptLevel: 'stored' });

describe('readiness', () => {
  it('tells of a thread of the embedded history that died, until it runs again', async () => {
    process.on('worker', seen);
    const ops = await started({ data: folder });
    await published('before');
    // the thread that reads cannot open what is no database
    const file = join(folder, 'history.sqlite');
    for (const end of ['', '-wal']) renameSync(file + end, `${file}.away${end}`);
    writeFileSync(file, 'no database at all');
    await threads.at(-1)!.terminate();
    expect(await readiness(ops, 503)).toMatch(/^history: .*history\.sqlite is (?:gone|damaged)/);
    for (const end of ['', '-wal']) renameSync(`${file}.away${end}`, file + end);
    expect(await readiness(ops, 200)).toBeUndefined();
    await threads[0]!.terminate();
    await published('after');
    const { messages } = await server.history.page('/topic/room', { order: 'oldest', limit: 9 });
    expect(messages.map(({ body }) => body.toString())).toEqual(['before', 'after']);
  });
});

describe.runIf(mongodb)('readiness over MongoDB', () => {
  it('tells that the database is away, before anything was to be written', async () => {
    const name = `ready_${randomUUID().slice(0, 8)}`;
    const { hostname, port } = new URL(mongodb!);
    gate = await Gate.open({ host: hostname, port: Number(port) });
    const history = new URL(mongodb!);
    history.host = `127.0.0.1:${gate.port}`;
    history.pathname = `/${name}`;
    history.searchParams.set('heartbeatFrequencyMS', '500');
    const ops = await started({ history: history.href });
    await readiness(ops, 200);
    await gate.shut();
    expect(await readiness(ops, 503)).toMatch(/^history: no primary of the database can be reached/);
    await gate.reopen();
    expect(await readiness(ops, 200)).toBeUndefined();
    const client = new MongoClient(mongodb!);
    await client.db(name).dropDatabase();
    await client.close();
  });
});
