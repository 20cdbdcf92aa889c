// A program hears what is delivered on its node, and its faults harm nobody.
import { afterEach, describe, expect, it } from 'vitest';
import { createServer, type Heard, type Server } from '../../src/index.ts';

const open: { close(): Promise<void> }[] = [];

async function started(): Promise<Server> {
  const options = { port: 0, stompPort: 'off', logLevel: 'silent', logged: ['/topic/room/*'] } as const;
  const server = createServer({ ...options, logged: [...options.logged] });
  open.push(server);
  await server.start();
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

describe('a program that listens', () => {
  it('hears a destination or a pattern, with place and sender', async () => {
    const server = await started();
    const heard: Heard[] = [];
    await server.listen('/topic/room/*', (one) => heard.push(one));
    const published = await server.publish('/topic/room/1', 'hello', { sender: 'kim', headers: { a: 'b' } });
    await server.publish('/topic/other', 'not heard');
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({
      destination: '/topic/room/1',
      messageId: published.messageId,
      position: { seq: 1 },
      number: published.number,
      sender: 'kim',
      headers: { a: 'b' },
    });
    expect(heard[0]!.body.toString()).toBe('hello');
  });

  it('hears nothing after its end, which may come twice', async () => {
    const server = await started();
    const heard: string[] = [];
    const listening = await server.listen('/topic/news', ({ body }) => heard.push(body.toString()));
    await server.publish('/topic/news', 'one');
    await listening.end();
    await listening.end();
    await server.publish('/topic/news', 'two');
    expect(heard).toEqual(['one']);
  });

  it('harms nobody when it throws', async () => {
    const server = await started();
    const heard: string[] = [];
    await server.listen('/topic/news', () => {
      throw new Error('mine alone');
    });
    await server.listen('/topic/news', ({ body }) => heard.push(body.toString()));
    await server.publish('/topic/news', 'one');
    await server.publish('/topic/news', 'two');
    expect(heard).toEqual(['one', 'two']);
  });

  it('is refused before the start, and for what is no destination', async () => {
    await expect(createServer().listen('/topic/news', () => {})).rejects.toThrow('before start()');
    const server = await started();
    await expect(server.listen('topic/a//', () => {})).rejects.toMatchObject({ code: 'bad-destination' });
  });
});
