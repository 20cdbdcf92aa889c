// What a program publishes it reads again: by message-id, by number, under a key once.
import { afterEach, describe, expect, it } from 'vitest';
import { createServer, type Server } from '../../src/index.ts';

const room = '/topic/room/1';
const open: Server[] = [];

async function serverWith(logged: string[]): Promise<Server> {
  const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent', logged });
  open.push(server);
  await server.start();
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const bodiesOf = async (server: Server, asked: Parameters<Server['history']['page']>[1]) =>
  (await server.history.page(room, asked)).messages.map(({ body }) => body.toString());

describe('the history of a server', () => {
  it('gives out what was published, the newest first, page by page', async () => {
    const server = await serverWith(['/topic/room/* count=3']);
    for (let i = 1; i <= 10; i++) await server.publish(room, `m${i}`);
    const first = await server.history.page(room, { limit: 4 });
    const second = await server.history.page(room, { limit: 4, cursor: first.next });
    const third = await server.history.page(room, { limit: 4, cursor: second.next });
    const bodies = [first, second, third].flatMap(({ messages }) => messages).map(({ body }) => String(body));
    expect(bodies).toEqual(['m10', 'm9', 'm8', 'm7', 'm6', 'm5', 'm4', 'm3', 'm2', 'm1']);
    expect(third.next).toBeUndefined();
  });

  it('takes a message away wherever it is, by its number or its message-id', async () => {
    const server = await serverWith(['/topic/room/* count=3']);
    const published = [];
    for (let i = 1; i <= 6; i++) published.push(await server.publish(room, `m${i}`, { sender: 'kim' }));
    expect(await server.history.redact(room, published[0]!.number!)).toBe(true);
    expect(await server.history.redact(room, published[5]!.messageId!)).toBe(true);
    expect(await bodiesOf(server, {})).toEqual(['', 'm5', 'm4', 'm3', 'm2', '']);
    const { messages } = await server.history.page(room, { limit: 1 });
    expect(messages[0]).toMatchObject({ tombstone: 'redacted', sender: 'kim', headers: {} });
    expect(await bodiesOf(server, { text: 'm6' })).toEqual([]);
    expect(await bodiesOf(server, { text: 'm1' })).toEqual([]);
    expect(await server.history.redact(room, published[5]!.number! + 1)).toBe(false);
    await expect(server.history.redact('/topic/room/2', published[0]!.messageId!)).rejects.toMatchObject({
      code: 'bad-resume',
    });
    expect(await server.history.redact('/topic/plain', 7)).toBe(false);
  });

  it('takes all messages of a destination away, and goes on behind them', async () => {
    const server = await serverWith(['/topic/room/* count=3']);
    const published = [];
    for (let i = 1; i <= 6; i++) published.push(await server.publish(room, `m${i}`, {}));
    await server.publish('/topic/room/2', 'other');
    await server.history.clear(room, published[1]!.messageId);
    expect(await bodiesOf(server, {})).toEqual(['m6', 'm5', 'm4', 'm3']);
    await server.history.clear(room, published[4]!.number);
    expect(await bodiesOf(server, {})).toEqual(['m6']);
    await server.history.clear(room);
    expect(await bodiesOf(server, {})).toEqual([]);
    expect(await bodiesOf(server, { after: published[2]!.number!, order: 'oldest' })).toEqual([]);
    const next = await server.publish(room, 'next', {});
    expect(next.number).toBe(published[5]!.number! + 1);
    expect(await bodiesOf(server, {})).toEqual(['next']);
    expect((await server.history.page('/topic/room/2')).messages).toHaveLength(1);
    await server.history.clear('/topic/room/nobody');
    await server.history.clear('/topic/plain');
    await expect(server.history.clear('/topic/room/2', next.messageId)).rejects.toMatchObject({
      code: 'bad-resume',
    });
    await expect(server.history.clear('/topic/*')).rejects.toMatchObject({ code: 'bad-destination' });
  });

  it('goes by the number or by the message-id of a message', async () => {
    const server = await serverWith(['/topic/room/* count=3']);
    const published = [];
    for (let i = 1; i <= 6; i++) published.push(await server.publish(room, `m${i}`, { sender: 'kim' }));
    const third = published[2]!;
    expect(await bodiesOf(server, { before: third.number })).toEqual(['m2', 'm1']);
    expect(await bodiesOf(server, { before: third.messageId })).toEqual(['m2', 'm1']);
    expect(await bodiesOf(server, { after: third.number, order: 'oldest' })).toEqual(['m4', 'm5', 'm6']);
    const { messages } = await server.history.page(room, { sender: 'kim', limit: 1 });
    const { messageId, number } = published[5]!;
    expect(messages[0]).toMatchObject({ messageId, number, sender: 'kim' });
    expect(server.history.numberOf(room, messageId!)).toBe(number);
    expect(() => server.history.numberOf('/topic/room/2', messageId!)).toThrow(
      expect.objectContaining({ code: 'bad-resume' }),
    );
  });

  it('numbers are safe integers that grow, whatever lies between', async () => {
    const server = await serverWith(['/topic/room/*']);
    const one = await server.publish(room, 'a', {});
    const two = await server.publish(room, 'b', {});
    expect(Number.isSafeInteger(one.number)).toBe(true);
    expect(two.number).toBeGreaterThan(one.number!);
    expect(await bodiesOf(server, { before: one.number! + 1 })).toEqual(['a']);
    expect(await bodiesOf(server, { before: 0 })).toEqual([]);
    expect(await bodiesOf(server, { before: Number.MAX_SAFE_INTEGER })).toEqual(['b', 'a']);
    expect(await bodiesOf(server, { after: 0, order: 'oldest' })).toEqual(['a', 'b']);
  });

  it('keeps nothing of what is for this node only, which is heard all the same', async () => {
    const server = await serverWith(['/topic/room/*']);
    const heard: string[] = [];
    await server.listen(room, ({ body }) => void heard.push(String(body)));
    const { messageId } = await server.publish(room, 'here', { onlyHere: true });
    expect([messageId, heard, await bodiesOf(server, {})]).toEqual([undefined, ['here'], []]);
  });

  it('publishes once under a key, for each sender', async () => {
    const server = await serverWith(['/topic/room/*']);
    const options = { sender: 'kim', idempotencyKey: 'k' };
    const first = await server.publish(room, 'a', options);
    expect(await server.publish(room, 'a', options)).toEqual({ ...first, again: true });
    expect(await server.publish(room, 'a', { ...options, sender: 'lee' })).toMatchObject({ again: false });
    expect(await bodiesOf(server, {})).toEqual(['a', 'a']);
  });

  it('refuses what cannot be promised, and what is of elsewhere', async () => {
    const server = await serverWith(['/topic/room/*']);
    const stored = server.publish(room, 'a', { receiptLevel: 'stored' });
    await expect(stored).rejects.toMatchObject({ code: 'not-stored' });
    const foreign = (await server.publish('/topic/room/2', 'a', {})).messageId;
    await expect(bodiesOf(server, { after: foreign })).rejects.toMatchObject({ code: 'bad-resume' });
    await expect(bodiesOf(server, { cursor: 'x' })).rejects.toMatchObject({ code: 'bad-cursor' });
    await expect(server.history.page('/topic/*')).rejects.toMatchObject({ code: 'bad-destination' });
    await expect(bodiesOf(server, { before: 0.5 })).rejects.toMatchObject({ code: 'bad-resume' });
    await expect(bodiesOf(server, { limit: 0 })).rejects.toThrow('1 to 1000');
  });

  it('has nothing of a plain destination, and says nothing before the start', async () => {
    const server = await serverWith(['/topic/room/*']);
    expect(await server.publish('/topic/plain', 'a', {})).toEqual({
      messageId: undefined,
      number: undefined,
      again: false,
    });
    expect((await server.history.page('/topic/plain')).messages).toEqual([]);
    await expect(createServer().history.page(room)).rejects.toThrow('before start()');
  });
});
