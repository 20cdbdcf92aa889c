// What messages have beside their text, and bad input: all of it is text, bounded, and of its own room.
import { afterEach, describe, expect, it } from 'vitest';
import { installChat } from '../../../src/chat/chat.ts';
import type { Config } from '../../../src/index.ts';
import { startTestApp, type TestApp } from '../../../src/testing.ts';

const open: TestApp[] = [];
const topic = '/topic/chat-room/r';

async function chat(options: Partial<Config> = {}) {
  const kit = await startTestApp((server) => installChat(server), {
    options: { rooms: 'members', systemMessages: 'off', ...options },
  });
  open.push(kit);
  const kim = await kit.connect({ login: 'kim' });
  await kim.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
  const heard = await kim.subscribe(topic);
  const say = (body: object) => kim.send('/app/chat-room/r/send', body);
  return { kit, kim, heard, say };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((kit) => kit.close()));
});

describe('a message', () => {
  it('answers another one of its room', async () => {
    const { heard, say, kim } = await chat();
    await say({ content: 'question' });
    const of = (await heard.next()).headers['message-id'];
    await say({ content: 'answer', replyTo: of });
    expect((await heard.next()).body).toMatchObject({ content: 'answer', replyTo: of });
    await kim.send('/app/chat-rooms/create', { id: 's' });
    const wrong = kim.send('/app/chat-room/s/send', { content: 'answer', replyTo: of });
    await expect(wrong).rejects.toThrow(/no message-id of this room/);
  });

  it('means those who may read the room, each once', async () => {
    const { heard, say, kim } = await chat();
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    await say({ content: 'hey @lee', mentions: ['lee', 'stranger', 'lee', 'kim'] });
    expect((await heard.next()).body).toMatchObject({ mentions: ['lee', 'kim'] });
    await say({ content: 'hey', mentions: ['stranger'] });
    expect((await heard.next()).body).not.toHaveProperty('mentions');
    const many = Array.from({ length: 21 }, (_, n) => `u${n}`);
    await expect(say({ content: 'hey all', mentions: many })).rejects.toThrow(/mentions.*20/);
  });

  it('has links to files elsewhere', async () => {
    const { heard, say } = await chat();
    const file = {
      url: 'https://files.example/a b.png',
      name: '<img src=x>.png',
      type: 'image/png',
      size: 7,
    };
    await say({ content: 'see', attachments: [{ ...file, extra: 'gone' }] });
    const told = (await heard.next()).body as { attachments: object[] };
    expect(told.attachments).toEqual([{ ...file, url: 'https://files.example/a%20b.png' }]);
    const urls = [
      'http://a.example/',
      'javascript:alert(1)',
      'https://',
      'https://user:pass@a.example/',
      'file:///etc',
    ];
    for (const url of urls)
      await expect(say({ content: 'see', attachments: [{ url, name: 'x' }] })).rejects.toMatchObject({
        code: 'bad-payload',
      });
    const eleven = Array.from({ length: 11 }, () => ({ url: 'https://a.example/', name: 'x' }));
    await expect(say({ content: 'see', attachments: eleven })).rejects.toThrow(/attachments.*10/);
    const long = { url: `https://a.example/${'x'.repeat(2048)}`, name: 'x' };
    await expect(say({ content: 'see', attachments: [long] })).rejects.toThrow(/url.*2048/);
  });

  it('is text, whatever stands in it', async () => {
    const { heard, say } = await chat();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is text as well
    const content = '<script>alert("1")</script><img src=x onerror=alert(1)> & </body> \u202e {{7*7}} ${x}';
    await say({ content });
    expect((await heard.next()).body).toMatchObject({ content });
  });

  it('of a million characters is refused with the limit named, and the session lives', async () => {
    const { heard, say } = await chat({ maxFrameBytes: 2_000_000 });
    await expect(say({ content: 'x'.repeat(1_000_000) })).rejects.toThrow(/content.*10000/);
    await say({ content: 'short' });
    expect((await heard.next()).body).toMatchObject({ content: 'short' });
  });

  it('claims nothing that is not its own', async () => {
    const { heard, say } = await chat();
    await say({
      content: 'x',
      messageType: 'SYSTEM',
      of: 'y',
      sender: 'lee',
      emoji: '👍',
      on: true,
      event: {},
    });
    const told = (await heard.next()).body as object;
    expect(Object.keys(told).sort()).toEqual(['content', 'id', 'messageType', 'roomId', 'sender', 'sentAt']);
    expect(told).toMatchObject({ messageType: 'MESSAGE', sender: 'kim' });
  });
});

describe('the pace of a user in a room', () => {
  it('is held, told with the time to wait, and each room has its own', async () => {
    const { kim, say } = await chat({ roomSendsPerSecond: 1, roomSendBurst: 3 });
    for (let n = 0; n < 3; n++) await say({ content: `${n}` });
    await expect(say({ content: 'more' })).rejects.toMatchObject({
      code: 'rate-limited',
      message: expect.stringMatching(/1 messages a second in room 'r'; try again in \d+ ms/),
    });
    await kim.send('/app/chat-rooms/create', { id: 's' });
    await kim.send('/app/chat-room/s/send', { content: 'here it goes' });
  });
});

describe('what the chat itself says', () => {
  it('tells who came and went and what the room is called, where that is wanted', async () => {
    const { kim, heard } = await chat({ systemMessages: 'members' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee', role: 'reader' });
    await kim.send('/app/chat-room/r/rename', { name: '<b>모임</b>' });
    await kim.send('/app/chat-room/r/remove', { user: 'lee' });
    const next = async () => (await heard.next()).body;
    const told = [await next(), await next(), await next(), await next()];
    expect(told).toMatchObject([
      {
        messageType: 'SYSTEM',
        sender: 'kim',
        event: { what: 'joined', user: 'lee', role: 'member' },
        content: 'kim invited lee',
      },
      { event: { what: 'role', user: 'lee', role: 'reader' }, content: 'kim made lee a reader' },
      { event: { what: 'renamed', name: '<b>모임</b>', from: 'r' } },
      { event: { what: 'left', user: 'lee' }, content: 'kim sent lee out' },
    ]);
  });

  it('is nothing in open rooms', async () => {
    const { kim, heard } = await chat({ rooms: 'open', systemMessages: 'members' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    await kim.send('/app/chat-room/r/send', { content: 'first' });
    expect((await heard.next()).body).toMatchObject({ content: 'first' });
  });
});

describe.each(['members', 'open'] as const)('a room that is deleted under load (%s)', (rooms) => {
  it('takes what is under way with it: nothing is heard later, its history is gone, its id is nobody’s', async () => {
    const { kit, kim } = await chat({ rooms });
    const lee = await kit.connect({ login: 'lee' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    const also = await lee.subscribe(topic);
    const published: string[] = [];
    const listening = await kit.server.listen(topic, ({ body }) => published.push(String(body)));
    let when = 'early';
    let refused = 0;
    const load = [kim, lee].map(async (client) => {
      while (refused < 50)
        await client.send('/app/chat-room/r/send', { content: when }).catch((error: { code: string }) => {
          expect(error.code).toBe('no-access');
          refused++;
        });
    });
    for (let n = 0; n < 20; n++) await also.next();
    await kim.send('/app/chat-room/r/delete-room', {});
    when = 'late';
    await Promise.all(load);
    await listening.end();
    expect(published.length).toBeGreaterThanOrEqual(20);
    expect(published.join()).not.toContain('late');
    const { messages } = await kit.server.history.page(topic, { text: 'late' });
    expect(messages).toEqual([]);
    await expect(lee.subscribe(topic)).rejects.toMatchObject({ code: 'no-access' });
    await expect(lee.send('/app/chat-rooms/create', { id: 'r' })).rejects.toThrow(/was deleted, and its id/);
    const { statusCode } = await kit.server.http.inject({
      url: '/api/chat/rooms/r/messages?userId=kim',
      headers: { host: 'localhost' },
    });
    expect(statusCode).toBe(404);
  });
});
