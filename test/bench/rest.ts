// Benchmark: pages of a room's history over HTTP, among a million messages in the embedded store.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type Running, run, stompwire } from './contestants.ts';
import { million } from './load/million.ts';
import { pin, start } from './processes.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved } from './statistics.ts';

const reads = 1500;
const program = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const quiet = ['--stomp-port', 'off', '--ops', 'off', '--log-level', 'error'];
/** Fills a folder with what is read. */
async function fill(folder: string): Promise<void> {
  const program = fileURLToPath(new URL('./load/fill-history.ts', import.meta.url));
  const [code] = await once(start('both', [process.execPath, program, folder]), 'exit');
  if (code !== 0) throw new Error(`the history was not filled: exit code ${code}`);
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds until the last byte of a page is here; of fifty messages, or nothing was measured. */
function page(port: number, room: number, query: string): Promise<number> {
  const asked = performance.now();
  const url = `http://127.0.0.1:${port}/api/chat/rooms/${room}/messages?limit=50${query}`;
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const took = performance.now() - asked;
        const answer = Buffer.concat(chunks).toString();
        const found = response.statusCode === 200 ? (JSON.parse(answer) as unknown[]).length : 0;
        if (found === 50) resolve(took);
        else reject(new Error(`${response.statusCode} with ${found} messages: ${answer.slice(0, 200)}`));
      });
    }).on('error', reject);
  });
}

async function p99(port: number, queryOf: (n: number) => string): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < reads; i++) took.push(await page(port, (i * 7919) % million.rooms, queryOf(i)));
  return took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)]!;
}

/** Somewhere in the room, far behind what is in memory. */
const before = (n: number): string => {
  const seq = 100 + ((n * 104_729) % (million.messages / million.rooms - 200));
  return `&before=${million.epoch * 1000 + seq}`;
};

export async function rest(rounds: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-bench-'));
  let service: Running | undefined;
  try {
    await fill(folder);
    pin('load', process.pid);
    service = await run({
      ...stompwire,
      command: (port) => [
        process.execPath,
        program,
        'serve',
        '--port',
        String(port),
        '--data',
        folder,
        ...quiet,
      ],
    });
    const { port } = service;
    const first: number[] = [];
    for (let room = 0; room < million.rooms; room++) first.push(await page(port, room, ''));
    const { latest, older } = await interleaved(rounds, {
      latest: () => p99(port, () => ''),
      older: () => p99(port, before),
    });
    const shared = {
      rivalName: 'the latest page',
      of: 'ms',
      compare: (our: number) => our,
      unit: 'ms',
    } as const;
    const target = { kind: 'at most', limit: 5 } as const;
    const among = 'GET messages, 50 of a room, among 1,000,000, p99';
    return [
      rowOf({ ...shared, what: 'the first page of a room since the start', ours: first, rival: first }),
      rowOf({ ...shared, what: `${among}: the latest`, ours: latest!, rival: latest!, target }),
      rowOf({ ...shared, what: `${among}: before any`, ours: older!, rival: latest!, target }),
    ];
  } finally {
    agent.destroy();
    await service?.stop();
    rmSync(folder, { recursive: true });
  }
}
