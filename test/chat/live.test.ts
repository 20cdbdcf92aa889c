// The live parts of the chat over STOMP: typing, read receipts, unread counts and notifications.
import { describe, expect, it } from 'vitest';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import { ask, body, chat, post, room, topic } from './live-chat.ts';

describe('typing', () => {
  it('is told to the others, not again and again, until somebody stops; nothing of it is kept', async () => {
    const kit = await chat();
    const kim = await room(kit);
    const lee = await kit.connect({ login: 'lee' });
    const heard = await lee.subscribe(`${topic}/typing`);
    const own = await kim.subscribe(`${topic}/typing`);
    await kim.send('/app/chat-room/r/typing', {});
    expect(await body(heard)).toEqual({ roomId: 'r', user: 'kim', typing: true, expiresIn: 6000 });
    await kim.send('/app/chat-room/r/typing', { typing: true });
    await kim.send('/app/chat-room/r/typing', { typing: false });
    await kim.send('/app/chat-room/r/typing', { typing: false });
    expect(await body(heard)).toEqual({ roomId: 'r', user: 'kim', typing: false });
    await heard.expectNothing();
    await own.expectNothing();
    expect((await kit.server.history.page(`${topic}/typing`)).messages).toEqual([]);
    expect((await kit.server.history.page(topic)).messages).toEqual([]);
  });

  it('is not for readers', async () => {
    const kit = await chat();
    const kim = await room(kit);
    await kim.send('/app/chat-room/r/invite', { user: 'lee', role: 'reader' });
    const lee = await kit.connect({ login: 'lee' });
    await expect(lee.send('/app/chat-room/r/typing', {})).rejects.toMatchObject({ code: 'no-access' });
  });
});

describe('what is unread', () => {
  it('is what others said and did not delete, from the mark on', async () => {
    const kit = await chat();
    const kim = await room(kit);
    const lee = await kit.connect({ login: 'lee' });
    for (const content of ['one', 'two', 'three']) await post(kim, content);
    await post(lee, 'mine');
    expect(await ask(lee, '/app/chat-room/r/unread')).toMatchObject({ unread: 3, read: 0 });
    const { messages } = await kit.server.history.page(topic, { order: 'oldest' });
    await lee.send('/app/chat-room/r/read', { messageId: messages[0]!.messageId });
    expect(await ask(lee, '/app/chat-room/r/unread')).toMatchObject({ unread: 2, read: messages[0]!.number });
    const deletion = { messageType: 'DELETE', of: messages[1]!.messageId };
    await kit.server.publish(topic, deletion, { sender: 'kim' });
    await kit.server.publish(topic, { messageType: 'EDIT', of: messages[2]!.messageId }, { sender: 'kim' });
    expect(await ask(lee, '/app/chat-rooms/unread')).toMatchObject({ rooms: [{ roomId: 'r', unread: 1 }] });
    expect(await ask(kim, '/app/chat-rooms/unread')).toMatchObject({ rooms: [{ roomId: 'r', unread: 1 }] });
  });

  it('is never counted twice: under its key, by two devices, by who comes again', async () => {
    const kit = await chat();
    const kim = await room(kit);
    const [laptop, phone] = [await kit.connect({ login: 'lee' }), await kit.connect({ login: 'lee' })];
    for (let again = 0; again < 3; again++) await post(kim, 'one', { 'idempotency-key': 'k' });
    for (const device of [laptop, phone])
      expect(await ask(device, '/app/chat-room/r/unread')).toMatchObject({ unread: 1 });
    await kim.send('/app/chat-room/r/remove', { user: 'lee' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    expect(await ask(phone, '/app/chat-room/r/unread')).toMatchObject({ unread: 0 });
    await post(kim, 'two');
    expect(await ask(phone, '/app/chat-room/r/unread')).toMatchObject({ unread: 1 });
  });

  it('is exact up to 99, and more than that beyond', async () => {
    const kit = await chat();
    const kim = await room(kit);
    const lee = await kit.connect({ login: 'lee' });
    for (let at = 0; at < 99; at++) await post(kim, `${at}`);
    expect(await ask(lee, '/app/chat-room/r/unread')).toMatchObject({ unread: 99 });
    expect(await ask(lee, '/app/chat-room/r/unread')).not.toHaveProperty('more');
    await post(kim, 'one more');
    expect(await ask(lee, '/app/chat-room/r/unread')).toMatchObject({ unread: 99, more: true });
  });

  it('is told to members as it changes, and to one’s other devices as one reads', async () => {
    const kit = await chat();
    const kim = await room(kit);
    const [laptop, phone] = [await kit.connect({ login: 'lee' }), await kit.connect({ login: 'lee' })];
    const [here, there] = [
      await laptop.subscribe('/user/queue/unread'),
      await phone.subscribe('/user/queue/unread'),
    ];
    await post(kim, 'one');
    await post(kim, 'two');
    for (const device of [here, there]) await body(device, { roomId: 'r', unread: 2 });
    const number = await kit.server.history.page(topic).then(({ messages }) => messages[0]!.number);
    await laptop.send('/app/chat-room/r/read', { number });
    expect(await body(there)).toMatchObject({ roomId: 'r', unread: 0, read: number });
    await post(kim, 'three');
    expect(await body(there)).toMatchObject({ roomId: 'r', unread: 1, read: number });
  });
});

describe('read receipts', () => {
  it('go forward only, never beyond what was said, and are told in batches', async () => {
    const kit = await chat();
    const kim = await room(kit);
    const [lee, moe] = [await kit.connect({ login: 'lee' }), await kit.connect({ login: 'moe' })];
    const receipts = await kim.subscribe(`${topic}/read`);
    await lee.send('/app/chat-room/r/read', { number: 5 });
    for (const content of ['one', 'two', 'three']) await post(kim, content);
    const { messages } = await kit.server.history.page(topic, { order: 'oldest' });
    const [first, , last] = messages.map(({ number }) => number);
    await lee.send('/app/chat-room/r/read', { number: first });
    await lee.send('/app/chat-room/r/read', { number: Number.MAX_SAFE_INTEGER });
    await lee.send('/app/chat-room/r/read', { number: first });
    await moe.send('/app/chat-room/r/read', { number: first });
    const { marks } = (await body(receipts)) as { marks: unknown[] };
    expect(marks).toEqual([
      { user: 'lee', number: last, at: expect.stringMatching(/Z$/) },
      { user: 'moe', number: first, at: expect.stringMatching(/Z$/) },
    ]);
    expect(await ask(kim, '/app/chat-room/r/read')).toEqual({ roomId: 'r', marks });
    for (const odd of ['no JSON', '5', 'null', '{"mentions":5,"content":"program"}'])
      await kit.server.publish(topic, odd, { sender: 'lee' });
    await post(kim, 'four');
    expect(await ask(lee, '/app/chat-room/r/unread')).toMatchObject({ unread: 1 });
    for (const wrong of [
      {},
      { number: -1 },
      { number: 1.5 },
      { messageId: 'x' },
      { messageId: 'x'.repeat(65) },
    ])
      await expect(lee.send('/app/chat-room/r/read', wrong)).rejects.toThrow();
  });
});

it('who comes into a room by themselves has read what was said before, and the others hear of it', async () => {
  const kit = await chat();
  const [kim, lee] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
  await kim.send('/app/chat-rooms/create', { id: 'r' });
  const receipts = await kim.subscribe(`${topic}/read`);
  await kim.send('/app/chat-room/r/invite', { user: 'early' }); // nothing was said that could be read
  await post(kim, 'hello');
  const [message] = (await kit.server.history.page(topic)).messages;
  await kim.send('/app/chat-room/r/invite', { user: 'moe' }); // and has not seen it yet
  const mark = { user: 'lee', number: message!.number, at: expect.stringMatching(/Z$/) };
  for (const joins of [1, 2]) {
    await lee.send('/app/chat-room/r/join', {});
    expect((await body(receipts)).marks, `time ${joins}`).toEqual([mark]);
    expect((await ask(kim, '/app/chat-room/r/read')).marks).toContainEqual(mark);
    await lee.send('/app/chat-room/r/leave', {});
  }
});

describe('notifications', () => {
  it('are told to members who do not look at the room; mentions are flagged', async () => {
    const kit = await chat();
    const kim = await room(kit);
    const [lee, moe] = [await kit.connect({ login: 'lee' }), await kit.connect({ login: 'moe' })];
    const [toLee, toMoe] = [
      await lee.subscribe('/user/queue/notifications'),
      await moe.subscribe('/user/queue/notifications'),
    ];
    await moe.subscribe(topic);
    await post(kim, 'hello');
    const told = await body(toLee);
    const [message] = (await kit.server.history.page(topic)).messages;
    expect(told).toMatchObject({
      ...{ roomId: 'r', sender: 'kim', preview: 'hello', mentioned: false },
      ...{ messageId: message!.messageId, number: message!.number },
    });
    await kit.server.publish(
      topic,
      { id: 'x', sender: 'kim', content: 'you', mentions: ['lee'] },
      { sender: 'kim' },
    );
    expect(await body(toLee)).toMatchObject({ mentioned: true });
    await kit.server.publish(topic, 'no JSON', { sender: 'kim' });
    await kit.server.publish(topic, { content: 'of a program', mentions: 5 }, { sender: 'kim' });
    expect(await body(toLee)).toMatchObject({ preview: 'of a program', mentioned: false });
    const again = { sender: 'kim', idempotencyKey: 'once' };
    for (let tries = 0; tries < 3; tries++)
      await kit.server.publish(topic, { id: 'y', sender: 'kim', content: 'once' }, again);
    expect(await body(toLee)).toMatchObject({ preview: 'once' });
    await moe.send('/app/presence', { state: 'away' });
    await post(kim, 'are you there?');
    expect(await body(toMoe)).toMatchObject({ preview: 'are you there?' });
    expect(await body(toLee)).toMatchObject({ preview: 'are you there?' });
    for (const queue of [toLee, toMoe]) await queue.expectNothing();
  });

  it('are kept for who is away, and given once, to who first hears notifications', async () => {
    const repository = new MemoryRepository();
    const kit = await chat({}, repository);
    const kim = await room(kit);
    for (const content of ['one', 'two']) await post(kim, content, { 'idempotency-key': content });
    await post(kim, 'two', { 'idempotency-key': 'two' });
    const previews = async (user: string) =>
      (await repository.notices.of(user, 10)).map(({ payload }) => payload.preview);
    await expect.poll(() => previews('lee')).toEqual(['one', 'two']);
    const [laptop, phone] = [await kit.connect({ login: 'lee' }), await kit.connect({ login: 'lee' })];
    const heard = await laptop.subscribe('/user/queue/**');
    expect(await body(heard)).toMatchObject({ preview: 'one' });
    expect(await body(heard)).toMatchObject({ preview: 'two' });
    const late = await phone.subscribe('/user/queue/notifications');
    await late.expectNothing();
    expect([await previews('lee'), await previews('moe')]).toEqual([[], ['one', 'two']]);
    await post(kim, 'three');
    for (const queue of [heard, late]) await body(queue, { preview: 'three' });
  });

  it('are forgotten when the message was read elsewhere, and go no further than their cap', async () => {
    const repository = new MemoryRepository();
    const kit = await chat({ noticesKept: 3 }, repository);
    const kim = await room(kit);
    const lee = await kit.connect({ login: 'lee' }); // connected, but it hears no notifications
    for (let at = 0; at < 5; at++) await post(kim, `${at}`);
    const kept = async () => (await repository.notices.of('lee', 10)).map(({ payload }) => payload.preview);
    await expect.poll(kept).toEqual(['2', '3', '4']);
    const { messages } = await kit.server.history.page(topic, { order: 'oldest' });
    await lee.send('/app/chat-room/r/read', { number: messages[3]!.number });
    expect(await kept()).toEqual(['4']);
  });

  it('reach guests who belong to a room by the names that they give, and nobody else', async () => {
    const kit = await chat({ rooms: 'open' });
    const [one, two, three] = [await kit.connect(), await kit.connect(), await kit.connect()];
    await post(two, 'hello');
    await one.send('/app/chat-room/r/join', {});
    const queues = await Promise.all(
      [one, three].map((guest) => guest.subscribe('/user/queue/notifications')),
    );
    const counts = await one.subscribe('/user/queue/unread');
    await post(two, 'is anybody there?');
    expect(await body(queues[0]!)).toMatchObject({ preview: 'is anybody there?', sender: two.name });
    expect(await body(counts)).toMatchObject({ roomId: 'r', unread: 1 });
    await queues[1]!.expectNothing();
  });

  it('are forgotten with the message that they quote, when it is deleted', async () => {
    const repository = new MemoryRepository();
    const kit = await chat({}, repository);
    const kim = await room(kit);
    for (const content of ['one', 'oops']) await post(kim, content);
    const kept = async () => (await repository.notices.of('lee', 10)).map(({ payload }) => payload.preview);
    await expect.poll(kept).toEqual(['one', 'oops']);
    const [{ messageId: of } = { messageId: '' }] = (await kit.server.history.page(topic)).messages;
    await kit.server.publish(topic, { messageType: 'DELETE', of }, { sender: 'kim' });
    await expect.poll(kept).toEqual(['one']);
  });

  it('quote nothing to who was sent out meanwhile', async () => {
    const repository = new MemoryRepository();
    const kit = await chat({}, repository);
    const kim = await room(kit);
    await post(kim, 'before');
    const kept = async (user: string) => (await repository.notices.of(user, 10)).length;
    for (const user of ['lee', 'moe']) await expect.poll(() => kept(user)).toBe(1);
    await kim.send('/app/chat-room/r/remove', { user: 'lee' });
    await post(kim, 'among us');
    await expect.poll(() => kept('moe')).toBe(2);
    const lee = await kit.connect({ login: 'lee' });
    const heard = await lee.subscribe('/user/queue/notifications');
    expect(await kept('lee')).toBe(0);
    await heard.expectNothing();
  });

  it('are only for who is mentioned where a room has too many members', async () => {
    const repository = new MemoryRepository();
    const kit = await chat({ noticeMembers: 2 }, repository);
    const kim = await room(kit);
    const described = await ask(kim, '/app/chat-room/r/description');
    expect(described).toMatchObject({ members: 3, notifications: 'mentions' });
    await post(kim, 'hello');
    const mentions = ['lee', 'eve'];
    await kit.server.publish(topic, { id: 'x', sender: 'kim', content: 'you', mentions }, { sender: 'kim' });
    await expect.poll(() => repository.notices.of('lee', 10)).toHaveLength(1);
    expect(await repository.notices.of('moe', 10)).toEqual([]);
    expect(await repository.notices.of('eve', 10)).toEqual([]); // no member, whoever mentions her
  });
});
