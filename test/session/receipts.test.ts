// RECEIPTs: each when what it stands for holds, in the order of their frames, and none for what failed.
import { beforeEach, describe, expect, it } from 'vitest';
import { Outbox } from '../../src/session/outbox.ts';
import { Receipts } from '../../src/session/receipts.ts';
import { Turn } from '../../src/session/turn.ts';
import { bareFraming } from '../../src/transport/framing.ts';
import { Gate } from '../broker/gate.ts';
import { FakeConnection } from './fake-connection.ts';

let connection: FakeConnection;
let receipts: Receipts;
let failures: unknown[];
const failed = (error: unknown): void => void failures.push(error);

beforeEach(() => {
  connection = new FakeConnection();
  const turn = new Turn();
  const owner = { now: 0, stuck: () => {}, overflowed: () => {} };
  const outbox = new Outbox(connection, owner, turn, turn.lane(bareFraming, '1.2'), 10_000);
  receipts = new Receipts(outbox, () => '1.2');
  failures = [];
});

async function sent(): Promise<string[]> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  return connection.sent.toString().split('\0').slice(0, -1);
}

describe('a RECEIPT', () => {
  it('of a frame that was processed is sent at once, with the headers that the command gives', async () => {
    receipts.processed('a', undefined, failed);
    receipts.processed('b:1', { headers: { resume: 'gap' } }, failed);
    expect(receipts.pending).toBe(false);
    expect(await sent()).toEqual(['RECEIPT\nreceipt-id:a\n\n', 'RECEIPT\nreceipt-id:b\\c1\nresume:gap\n\n']);
  });

  it('waits for what it stands for, and those behind it wait too', async () => {
    const [first, second] = [new Gate(), new Gate()];
    receipts.processed('a', { after: first.opened }, failed);
    receipts.processed('b', undefined, failed);
    receipts.processed('c', { after: second.opened }, failed);
    receipts.processed('d', undefined, failed);
    second.resolve();
    expect(await sent()).toEqual([]);
    expect(receipts.pending).toBe(true);
    first.resolve();
    expect((await sent()).join()).toMatch(/:a\n.*:b\n.*:c\n.*:d\n/s);
    expect(receipts.pending).toBe(false);
  });

  it('that fails is told in its place, and those behind it come', async () => {
    const gate = new Gate();
    receipts.processed('a', { after: gate.opened }, failed);
    receipts.processed('b', undefined, failed);
    gate.reject(new Error('no'));
    expect(await sent()).toEqual(['RECEIPT\nreceipt-id:b\n\n']);
    expect(failures).toEqual([new Error('no')]);
  });

  it('that nobody asked for is not sent, and its failure is told all the same', async () => {
    const gate = new Gate();
    receipts.processed(undefined, { after: gate.opened }, failed);
    receipts.processed('b', undefined, failed);
    expect(await sent()).toEqual(['RECEIPT\nreceipt-id:b\n\n']);
    gate.reject(new Error('no'));
    await sent();
    expect(failures).toEqual([new Error('no')]);
  });
});

describe('what follows a RECEIPT', () => {
  it('is done when that is in the outbox, at once when none was asked for, and never when it failed', async () => {
    const done: string[] = [];
    const [gate, broken] = [new Gate(), new Gate()];
    receipts.processed('a', { after: gate.opened, sent: () => done.push('a') }, failed);
    receipts.processed(undefined, { sent: () => done.push('none') }, failed);
    receipts.processed('b', { after: broken.opened, sent: () => done.push('b') }, failed);
    receipts.processed('c', { sent: () => done.push('c') }, failed);
    expect(done).toEqual(['none']);
    gate.resolve();
    broken.reject(new Error('no'));
    await sent();
    expect(done).toEqual(['none', 'a', 'c']);
  });
});
