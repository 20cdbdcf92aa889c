// Subscribers that stop reading for a while, each with an id of its own: what waited for them is whole and in order.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RawClient } from './clients/raw-client.ts';
import { Service } from './service.ts';

const topic = '/topic/back-pressure';
const messages = 2000;
const body = (n: number): string => `${n}:${String.fromCharCode(97 + (n % 26)).repeat(7000 + (n % 900))}`;

let service: Service;

beforeAll(async () => {
  service = await Service.start({ outboxBytes: 256 * 1024 * 1024, outboxTime: 60_000 });
});
afterEach(() => service.dropClients());
afterAll(() => service.close());

async function subscribers(open: () => Promise<RawClient>, ids: readonly string[]): Promise<RawClient[]> {
  const clients = await Promise.all(ids.map(open));
  for (const [at, client] of clients.entries()) {
    await client.connect();
    await client.subscribe(topic, ids[at]!);
    client.socket.pause();
  }
  return clients;
}

describe('subscribers that stop reading and go on', () => {
  it.each([
    ['TCP', () => service.tcp()],
    ['WebSocket', () => service.webSocket()],
  ] as const)('get every message whole, once, in order, under their ids: %s', async (_kind, open) => {
    const ids = ['mine-0', 'mine-1', 'mine-2', 'theirs'];
    const clients = await subscribers(open, ids);
    const publisher = await service.tcp();
    await publisher.connect();
    for (let n = 0; n < messages; n++) await publisher.confirmed('SEND', { destination: topic }, body(n));
    for (const { socket } of clients) socket.resume();
    for (const [at, client] of clients.entries()) {
      await client.message(body(messages - 1));
      expect(client.messages.map(({ body: bytes }) => String(bytes))).toEqual(
        Array.from({ length: messages }, (_, n) => body(n)),
      );
      expect(new Set(client.messages.map(({ headers }) => headers.subscription))).toEqual(new Set([ids[at]]));
    }
  });
});
