// A chat with a private room of three, and the words of its live parts.
import { afterEach } from 'vitest';
import { installChat } from '../../src/chat/chat.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import type { Config } from '../../src/index.ts';
import { startTestApp, type TestApp, type TestClient, type TestSubscription } from '../../src/testing.ts';

const open: TestApp[] = [];

export async function chat(
  options: Partial<Config> = {},
  repository = new MemoryRepository(),
): Promise<TestApp> {
  const kit = await startTestApp((server) => installChat(server, { repository }), {
    options: { rooms: 'members', systemMessages: 'off', presenceGather: 20, ...options },
  });
  open.push(kit);
  return kit;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((kit) => kit.close()));
});

/** A private room of kim, lee and moe. */
export async function room(kit: TestApp): Promise<TestClient> {
  const kim = await kit.connect({ login: 'kim' });
  await kim.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
  for (const user of ['lee', 'moe']) await kim.send('/app/chat-room/r/invite', { user });
  return kim;
}

export const topic = '/topic/chat-room/r';
export const post = (client: TestClient, content: string, headers = {}): Promise<void> =>
  client.send('/app/chat-room/r/send', { content }, headers);
export const body = async (subscription: TestSubscription, matching = {}): Promise<Record<string, unknown>> =>
  (await subscription.next({ matching: { body: matching } })).body as Record<string, unknown>;
/** The answer to a SUBSCRIBE. */
export const ask = async (client: TestClient, destination: string): Promise<Record<string, unknown>> =>
  body(await client.subscribe(destination));
