// What the built service asks of the kernel: no RECEIPT for a stored message leaves before its bytes were synced.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, type Running, startProcess } from '../../servers/process.ts';
import { requires } from '../../servers/requires.ts';
import { Publishers, Told } from './publishers.ts';

const strace = requires('strace');
const cli = fileURLToPath(new URL('../../../dist/src/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'stompwire-synced-'));
const trace = join(folder, 'trace');
let service: Running | undefined;
let clients: Publishers | undefined;

afterEach(async () => {
  clients?.drop();
  await service?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** The service is the child; strace looks on from aside, and ends with it. @returns where it takes STOMP */
async function started(): Promise<string> {
  const port = await freePort();
  const calls = 'trace=fsync,fdatasync,pwrite64,pwritev,write,writev,sendto,sendmsg';
  const looking = ['-D', '-f', '-qq', '-y', '-s', '70000', '-e', calls, '-o', trace];
  const ports = ['--port', '0', '--stomp-port', String(port), '--log-level', 'warn'];
  const serve = [process.execPath, cli, 'serve', ...ports, '--data', join(folder, 'data')];
  service = await startProcess(strace!, [...looking, ...serve], / ready: /);
  return `stomp://127.0.0.1:${port}`;
}

/** What the trace says of messages and their RECEIPTs. */
interface Seen {
  /** RECEIPTs, each in the write that brought it. */
  readonly receipts: string[];
  /** Those whose message was not on disk then. */
  readonly early: string[];
  /** Syncs that brought messages to disk. */
  syncs: number;
}

/** A message is on disk when it was written to the database's log, and a sync behind that was done. */
function seenIn(lines: readonly string[]): Seen {
  const seen: Seen = { receipts: [], early: [], syncs: 0 };
  const [written, synced] = [new Set<string>(), new Set<string>()];
  const syncing = new Set<string>();
  const done = (): void => {
    if (written.size > 0) seen.syncs++;
    for (const content of written) synced.add(content);
    written.clear();
  };
  for (const line of lines) {
    const thread = line.split(' ', 1)[0]!;
    if (/ pwritev?(?:64)?\(\d+<[^>]*history\.sqlite-wal>/.test(line))
      for (const [content] of line.matchAll(/run-\d+-message-\d+\./g)) written.add(content);
    else if (/ f(?:data)?sync\(\d+<[^>]*history\.sqlite-wal>/.test(line)) {
      if (/= 0$/.test(line)) done();
      else syncing.add(thread);
    } else if (/ <\.\.\. f(?:data)?sync resumed>.*= 0$/.test(line) && syncing.delete(thread)) done();
    else
      for (const [, content] of line.matchAll(/receipt-id:(run-\d+-message-\d+\.)/g)) {
        seen.receipts.push(content!);
        if (!synced.has(content!)) seen.early.push(content!);
      }
  }
  return seen;
}

describe.runIf(strace)('a RECEIPT that stands for a stored message', () => {
  it('leaves behind the sync of its message, and one sync stands for many', {
    timeout: 120_000,
  }, async () => {
    const told = new Told();
    clients = await Publishers.open(await started(), told);
    await clients.receipts(600);
    await clients.settled();
    const closed = new Promise((resolve) => service!.child.once('close', resolve));
    await service!.end('SIGTERM');
    await closed;
    const seen = seenIn(readFileSync(trace, 'latin1').split('\n'));
    expect(new Set(seen.receipts)).toEqual(told.stored);
    expect(seen.early).toEqual([]);
    expect(seen.syncs).toBeGreaterThan(5);
    expect(seen.syncs).toBeLessThan(told.stored.size / 2);
  });
});
