// What nodes announce reaches all of them, this one first; parts begin and end with their server.
import { afterEach, describe, expect, it } from 'vitest';
import { createServer, type Server, StompwireError } from '../../src/index.ts';
import { startTestApp } from '../../src/testing.ts';

const open: { close(): Promise<void> }[] = [];

function serverOf(): Server {
  const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

describe('announcements', () => {
  it('are heard here before the call returns, whoever began to listen when', async () => {
    const heard: unknown[] = [];
    const server = serverOf();
    server.nodes.on('early', (about) => heard.push(['early', about]));
    await server.start();
    server.nodes.on('late', (about) => heard.push(['late', about]));
    const done = [server.nodes.announce('early', { n: 1 }), server.nodes.announce('late', { n: 2 })];
    expect(heard).toEqual([
      ['early', { n: 1 }],
      ['late', { n: 2 }],
    ]);
    await Promise.all(done);
    await server.nodes.announce('nobody', {});
  });

  it('harm nobody by a listener that throws', async () => {
    const server = serverOf();
    await server.start();
    server.nodes.on('x', () => {
      throw new Error('mine alone');
    });
    await server.nodes.announce('x', {});
  });

  it('are refused before the start, and have one listener', () => {
    const server = serverOf();
    server.nodes.on('x', () => {});
    expect(() => server.nodes.on('x', () => {})).toThrow('already');
    expect(() => server.nodes.announce('x', {})).toThrow('before start()');
  });
});

describe('parts of a program', () => {
  it('begin when messages can be published, and end in the other order', async () => {
    const server = serverOf();
    const told: string[] = [];
    const partOf = (name: string) => ({
      start: async () => {
        await server.publish('/topic/news', name);
        told.push(`${name} begins`);
      },
      stop: async () => {
        await server.publish('/topic/news', name);
        told.push(`${name} ends`);
      },
    });
    server.attach(partOf('a')).attach(partOf('b')).attach({});
    await server.start();
    await server.close();
    expect(told).toEqual(['a begins', 'b begins', 'b ends', 'a ends']);
  });

  it('end a start that one of them cannot make', async () => {
    const server = serverOf();
    let ended = 0;
    server.attach({ stop: async () => void ended++ });
    server.attach({ start: () => Promise.reject(new Error('no disk')) });
    await expect(server.start()).rejects.toThrow('no disk');
    expect(ended).toBe(1);
  });
});

describe('a node that was away from the others', () => {
  it('tells all who want to know, whichever of them throws', () => {
    const server = serverOf();
    const heard: string[] = [];
    server.nodes
      .onReturn(() => {
        throw new Error('mine alone');
      })
      .onReturn(() => heard.push('back'));
    server.nodes.returned();
    expect(heard).toEqual(['back']);
  });
});

describe('a subscription that the program ends', () => {
  it('hears nothing more, and its client is told why; the session lives', async () => {
    const kit = await startTestApp(() => {});
    open.push(kit);
    const client = await kit.connect({ login: 'kim' });
    const news = await client.subscribe('/topic/news');
    const [session] = kit.server.users.sessions();
    expect(session!.unsubscribe(news.id, new StompwireError('no-access', 'you were sent out'))).toBe(true);
    expect(session!.unsubscribe(news.id, new StompwireError('no-access'))).toBe(false);
    const { body, headers } = await client.errors.next();
    expect(body).toMatchObject({
      code: 'no-access',
      message: 'you were sent out',
      destination: '/topic/news',
    });
    expect(headers['subscription-id']).toBe(news.id);
    await kit.server.publish('/topic/news', 'not for kim');
    await news.expectNothing();
  });
});
