// The webhook before a real HTTP server: signed, late enough, tried again with pauses, and never sent elsewhere.
import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installChat } from '../../../src/chat/chat.ts';
import { MemoryRepository } from '../../../src/chat/repositories/memory.ts';
import { MemoryNotices } from '../../../src/chat/repositories/memory-live.ts';
import type { Notice } from '../../../src/chat/room.ts';
import { Webhook, type WebhookParts } from '../../../src/chat/webhook/webhook.ts';
import type { PrometheusMetrics } from '../../../src/metrics/prometheus.ts';
import { startTestApp } from '../../../src/testing.ts';
import { Hook } from '../../servers/hook.ts';

interface Post {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly path: string;
}

/** Takes what is posted, and answers as a test says. */
class Receiver extends Hook {
  readonly posts: Post[] = [];
  readonly outcomes: string[] = [];
  answer: (response: ServerResponse, post: Post) => void = (response) => response.end();
  open = 0;
  mostOpen = 0;

  protected override came(response: ServerResponse): void {
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    response.on('close', () => this.open--);
  }

  protected posted(request: IncomingMessage, body: string, response: ServerResponse): void {
    const post = { headers: request.headers, body, path: `${request.method} ${request.url}` };
    this.posts.push(post);
    this.answer(response, post);
  }

  readonly ended = (outcome: string): void => {
    this.outcomes.push(outcome);
    this.changed();
  };
}

const secret = 'a secret that is long enough for anybody';
const noticeOf = (id: string): Notice => ({
  ...{ id, roomId: 'r', number: 7, at: 1 },
  payload: { preview: '안녕 <b>', sender: 'kim' },
});

let receiver: Receiver;
let url: string;
let webhooks: Webhook[];
let shelf: MemoryNotices;

beforeEach(async () => {
  receiver = new Receiver();
  url = await receiver.start();
  webhooks = [];
  shelf = new MemoryNotices();
});
afterEach(async () => {
  for (const webhook of webhooks) await webhook.stop();
  receiver.stop();
});

function webhookOf(parts: Partial<WebhookParts> = {}): Webhook {
  const webhook = new Webhook({
    ...{ url, secret, shelf: () => shelf, every: 1, retryAfter: 0, timeout: 20_000 },
    ...{ clock: () => 1_700_000_000_999, random: () => 0, ended: receiver.ended },
    ...{ failed: (error) => receiver.ended(String(error)), mayRead: async () => true },
    ...parts,
  });
  webhooks.push(webhook);
  webhook.start();
  return webhook;
}

/** Notices of a room that are kept, to be posted at once. */
async function keep(user: string, ids: readonly string[], postAt = 0): Promise<void> {
  const after = await shelf.begin('r', 0);
  const kept = ids.map((id) => ({ user, notice: noticeOf(id), postAt }));
  await shelf.commit([{ roomId: 'r', after, through: after + 1, kept, dropped: [] }], 1000);
}

describe('a notification for who stays away', () => {
  it('is posted once, and signed over the time and the very bytes', async () => {
    await keep('이 lee', ['m1']);
    webhookOf();
    await receiver.until(() => receiver.outcomes.length === 1);
    expect(receiver.outcomes).toEqual(['delivered']);
    const [{ headers, body, path }] = receiver.posts as [Post];
    expect(path).toBe('POST /hook');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'stompwire-delivery': 'm1/%EC%9D%B4%20lee',
      'stompwire-timestamp': '1700000000',
    });
    const hmac = createHmac('sha256', secret).update(`1700000000.${body}`).digest('hex');
    expect(headers['stompwire-signature']).toBe(`v1=${hmac}`);
    expect(JSON.parse(body)).toEqual({
      type: 'notification',
      user: '이 lee',
      notification: { preview: '안녕 <b>', sender: 'kim' },
    });
  });

  it('takes the bytes of a secret in base64', async () => {
    const bytes = Buffer.alloc(32, 7);
    webhookOf({ secret: `base64:${bytes.toString('base64')}` });
    await keep('lee', ['m1']);
    await receiver.until(() => receiver.outcomes.length === 1);
    const { headers, body } = receiver.posts[0]!;
    const hmac = createHmac('sha256', bytes).update(`1700000000.${body}`).digest('hex');
    expect(headers['stompwire-signature']).toBe(`v1=${hmac}`);
  });

  it('is not posted when it was seen meanwhile, nor tried again then', async () => {
    await keep('lee', ['m1', 'm2', 'm3']);
    await shelf.drop('lee', ['m1']);
    receiver.answer = async (response) => {
      if (receiver.posts.length > 1) return response.end();
      await shelf.read('lee', 'r', 7);
      await keep('lee', ['m4']);
      response.writeHead(500).end();
    };
    webhookOf();
    const posted = (): (string | string[] | undefined)[] =>
      receiver.posts.map(({ headers }) => headers['stompwire-delivery']);
    await receiver.until(() => posted().includes('m4/lee'));
    // both of those that were taken together were on their way, and the one that failed does not come a second time
    expect(posted().sort()).toEqual(['m2/lee', 'm3/lee', 'm4/lee']);
  });

  it('is nobody’s to hear who may read the room no longer, and waits while that is not known', async () => {
    let asked = 0;
    const mayRead = async (user: string): Promise<boolean> => {
      if (++asked < 3) throw new Error('away');
      return user === 'moe';
    };
    await keep('lee', ['m1']);
    await keep('moe', ['m2']);
    webhookOf({ mayRead });
    await receiver.until(() => receiver.outcomes.length === 1);
    await expect.poll(() => shelf.toPost()).toBe(0);
    expect(receiver.posts.map(({ headers }) => headers['stompwire-delivery'])).toEqual(['m2/moe']);
    expect(receiver.outcomes).toEqual(['delivered']);
  });

  it('is another one’s when who took it is gone, with the same id', async () => {
    await keep('lee', ['m1']);
    receiver.answer = () => {}; // never
    const doomed = webhookOf({ timeout: 60_000 });
    await receiver.until(() => receiver.posts.length === 1);
    await doomed.stop();
    receiver.answer = (response) => response.end();
    webhookOf({ clock: () => 1_700_000_000_999 + 79_999 });
    const later = webhookOf({ clock: () => 1_700_000_000_999 + 80_000 });
    await receiver.until(() => receiver.outcomes.length === 1);
    expect(receiver.posts.map(({ headers }) => headers['stompwire-delivery'])).toEqual(['m1/lee', 'm1/lee']);
    expect(receiver.outcomes).toEqual(['delivered']);
    await later.stop();
    expect(await shelf.of('lee', 9)).toHaveLength(1); // it is kept for its user all the same
  });

  it.each([
    ['5xx', 503, 6, 'failed'],
    ['too many requests', 429, 6, 'failed'],
    ['a refusal', 410, 1, 'refused'],
    ['a redirect', 307, 1, 'refused'],
  ])('with %s is posted %i: %i times, and %s', async (_, status, times, outcome) => {
    receiver.answer = (response) => response.writeHead(status, { location: '/elsewhere' }).end();
    await keep('lee', ['m1']);
    webhookOf();
    await receiver.until(() => receiver.outcomes.length === 1);
    expect(receiver.outcomes).toEqual([outcome]);
    expect(receiver.posts.map(({ path }) => path)).toEqual(Array(times).fill('POST /hook'));
  });

  it('is tried again where nobody answers in time, or the line breaks, until it is taken', async () => {
    receiver.answer = (response) => {
      if (receiver.posts.length === 1) return; // never
      if (receiver.posts.length === 2) response.destroy();
      else response.end();
    };
    await keep('lee', ['m1']);
    webhookOf({ timeout: 500 });
    await receiver.until(() => receiver.outcomes.length === 1);
    expect(receiver.outcomes).toEqual(['delivered']);
    expect(receiver.posts.length).toBeGreaterThanOrEqual(3);
    expect(new Set(receiver.posts.map(({ headers }) => headers['stompwire-delivery'])).size).toBe(1);
  });

  it('is one of few that are posted at a time, and none before its time', async () => {
    const held: ServerResponse[] = [];
    receiver.answer = (response) => held.push(response);
    await keep('moe', ['late'], 1_700_000_001_000);
    await keep(
      'lee',
      Array.from({ length: 40 }, (_, at) => `m${at}`),
    );
    const webhook = webhookOf();
    await receiver.until(() => held.length === 8);
    receiver.answer = (response) => response.end();
    for (const response of held) response.end();
    await receiver.until(() => receiver.outcomes.length === 40);
    expect(receiver.mostOpen).toBe(8);
    await expect.poll(() => webhook.waiting).toBe(1);
    expect(receiver.posts).toHaveLength(40);
  });

  it('comes out of the chat: of a member who is away, and not of one who has read or been told it', async () => {
    const repository = new MemoryRepository();
    const { notices } = repository;
    const { due } = notices;
    notices.due = async () => []; // it is not time yet
    const options = { rooms: 'members', webhookUrl: url, webhookSecret: secret, webhookDelay: 0 } as const;
    const kit = await startTestApp((server) => installChat(server, { repository }), { options });
    const kim = await kit.connect({ login: 'kim' });
    await kim.send('/app/chat-rooms/create', { id: 'r' });
    for (const user of ['lee', 'moe', 'nan']) await kim.send('/app/chat-room/r/invite', { user });
    await kim.send('/app/chat-room/r/send', { content: 'hello' });
    await expect.poll(() => repository.notices.of('nan', 9)).toHaveLength(1);
    const moe = await kit.connect({ login: 'moe' });
    const [message] = (await kit.server.history.page('/topic/chat-room/r')).messages;
    await moe.send('/app/chat-room/r/read', { number: message!.number });
    const nan = await kit.connect({ login: 'nan' });
    await (await nan.subscribe('/user/queue/notifications')).next();
    notices.due = due;
    await kim.send('/app/chat-room/r/send', { content: 'the end' });
    const said = (): string[] =>
      receiver.posts.map(({ body }) => {
        const { user, notification } = JSON.parse(body) as {
          user: string;
          notification: { preview: string };
        };
        return `${user} ${notification.preview}`;
      });
    // what comes later in its room is posted later: the others are not posted by then
    await receiver.until(() => ['lee', 'moe'].every((user) => said().includes(`${user} the end`)));
    expect(said().sort()).toEqual(['lee hello', 'lee the end', 'moe the end']);
    const figures = (): Promise<string> => (kit.server.metrics as PrometheusMetrics).text();
    await expect.poll(figures).toContain('posts_total{outcome="delivered"} 3');
    await kit.close();
  });
});
