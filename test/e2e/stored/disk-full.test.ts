// A full disk under the built service: refused by name, told by readiness, everything else goes on, and it mends itself.
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exported } from '../../chaos/exported.ts';
import { requires } from '../../servers/requires.ts';
import { SmallDisk } from '../../servers/small-disk.ts';
import { RawTcp } from '../clients/raw-tcp.ts';
import { Executable } from '../executable.ts';
import { readiness } from './readiness.ts';

const mount = requires('mount');
let disk: SmallDisk | undefined;
let service: Executable | undefined;
let client: RawTcp | undefined;

afterEach(async () => {
  client?.drop();
  service?.signal('SIGKILL');
  await service?.ended;
  disk?.remove();
});

/** What became of a SEND: its RECEIPT came, or the code that was told in its place. */
async function outcomeOf(room: string, receipt: string, content = receipt): Promise<string> {
  const destination = `/app/chat-room/${room}/send`;
  const headers = { destination, receipt, 'receipt-level': 'stored', 'content-type': 'application/json' };
  client!.frame('SEND', headers, JSON.stringify({ content }));
  const answer = await client!.frames.first(({ headers: said }) => said['receipt-id'] === receipt, receipt);
  return answer.command === 'RECEIPT' ? 'stored' : JSON.parse(String(answer.body)).code;
}

describe.runIf(mount)('a service whose disk is full', () => {
  it('refuses what was to be stored, stays for all else, and goes on when there is room', {
    timeout: 120_000,
  }, async () => {
    disk = new SmallDisk(mount!, 8 << 20);
    const data = join(disk.folder, 'data');
    const ports = ['--port', '0', '--stomp-port', '0', '--ops', '0', '--log-level', 'warn'];
    service = new Executable(['serve', ...ports, '--data', data, '--stored-timeout', '2000']);
    const addresses = await service.addresses();
    const ops = addresses.at(-1)!;
    client = await RawTcp.open(addresses.find((address) => address.startsWith('stomp:'))!);
    await client.connect();
    await client.subscribe('/user/queue/errors', 'errors');
    await client.subscribe('/topic/plain', 'plain');
    expect(await outcomeOf('1', 'before')).toBe('stored');

    disk.fillUp();
    const outcomes: string[] = [];
    while (outcomes.at(-1) !== 'history-full')
      outcomes.push(await outcomeOf('1', `n${outcomes.length}`, 'x'.repeat(9000)));
    // who was taken before it was known waits in vain; who comes later is told at once
    expect(outcomes.filter((code) => code !== 'stored')).toEqual(['history-unavailable', 'history-full']);
    expect(await outcomeOf('2', 'another room')).toBe('history-full');
    expect(await readiness(ops, 503)).toMatch(/^history: no room on the disk for .*history\.sqlite$/);
    expect((await fetch(`${ops}/health/live`)).status).toBe(200);
    client.frame('SEND', { destination: '/topic/plain' }, 'goes on');
    await client.message('goes on');

    disk.free();
    await readiness(ops, 200);
    expect(await outcomeOf('1', 'after')).toBe('stored');
    service.signal('SIGTERM');
    expect((await service.ended).code).toBe(0);
    const kept = (await exported(['--data', data])).map(({ body }) => JSON.parse(body).content as string);
    expect(kept[0]).toBe('before');
    expect(kept.at(-1)).toBe('after');
    expect(kept).not.toContain('another room');
    // what waited without a RECEIPT is written too; what was refused is nowhere
    expect(kept).toHaveLength(outcomes.length + 1);
  });
});
