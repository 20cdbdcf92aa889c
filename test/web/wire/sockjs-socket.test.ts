// The page's socket over plain requests, with a real SockJS endpoint: by streams, by polling where those are held back.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type SockJs, TimingWheel } from '../../../src/sockjs.ts';
import { sockJsSocket } from '../../../src/web/wire/sockjs-socket.ts';
import { listen, protocolEndpoints } from '../../sockjs-server.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

/** @param isHeld - which requests get no answer */
async function endpoint(isHeld: (path: string) => boolean = () => false) {
  const endpoints: readonly SockJs[] = protocolEndpoints(new TimingWheel());
  const asked: string[] = [];
  const server: Server = createServer((request: IncomingMessage, response) => {
    const path = request.url ?? '';
    asked.push(path.split('/').at(-1) ?? '');
    if (!isHeld(path) && !endpoints.some((one) => one.handle(request, response)))
      response.writeHead(404).end();
  });
  const cut = (): void => {
    server.close();
    server.closeAllConnections();
  };
  ends.push(() => {
    for (const one of endpoints) one.close();
    cut();
  });
  return { url: await listen(server, 0), asked, server, cut };
}

function opened(url: string, patience?: number) {
  const socket = sockJsSocket(url, patience);
  ends.push(() => socket.close());
  const came: string[] = [];
  let heard = (): void => {};
  socket.onmessage = ({ data }) => {
    came.push(data);
    heard();
  };
  const open = new Promise<void>((resolve) => {
    socket.onopen = () => resolve();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = resolve;
  });
  const until = async (count: number): Promise<string[]> => {
    while (came.length < count) await new Promise<void>((resolve) => (heard = resolve));
    return came;
  };
  return { socket, open, closed, until };
}

describe.each([
  ['streams', () => false, 'xhr_streaming'],
  ['polling, where streams are held back', (path: string) => path.endsWith('xhr_streaming'), 'xhr'],
] as const)('a socket over %s', (_, isHeld, way) => {
  it('brings all that is sent, in order, past the end of a response', async () => {
    const { url, asked } = await endpoint(isHeld);
    const { socket, open, until } = opened(`${url}/echo`, isHeld('xhr_streaming') ? 50 : undefined);
    await open;
    const sent = Array.from({ length: 40 }, (_, at) => `${at} "\u200b\n한국어 👋 ${'x'.repeat(300)}`);
    for (const text of sent.slice(0, 20)) socket.send(text);
    await until(20);
    for (const text of sent.slice(20)) socket.send(text);
    expect(await until(sent.length)).toEqual(sent);
    expect(asked.filter((one) => one === way).length).toBeGreaterThan(1); // a stream of this endpoint ends at 4 KiB
  });

  it('tells with which code and reason the service closed it', async () => {
    const { url } = await endpoint(isHeld);
    const { closed } = opened(`${url}/close`, isHeld('xhr_streaming') ? 50 : undefined);
    expect(await closed).toMatchObject({ code: 3000, reason: 'Go away!' });
  });

  it('is lost when the service goes', async () => {
    const { url, cut } = await endpoint(isHeld);
    const { open, closed } = opened(`${url}/echo`, isHeld('xhr_streaming') ? 50 : undefined);
    await open;
    cut();
    expect((await closed).code).toBe(1006);
  });
});

it('a socket to where nobody speaks SockJS is lost', async () => {
  const { url } = await endpoint();
  expect((await opened(`${url}/nowhere`).closed).code).toBe(1006);
  const { server, url: gone, cut } = await endpoint();
  cut();
  if (server.listening) await once(server, 'close');
  expect((await opened(`${gone}/echo`).closed).code).toBe(1006);
});

it('a socket that is closed ends its requests and says so once', async () => {
  const { url } = await endpoint();
  const { socket, open, closed } = opened(`${url}/echo`);
  await open;
  socket.close();
  expect(await closed).toMatchObject({ code: 1000 });
  expect(socket.readyState).toBe(3);
  socket.send('later'); // goes nowhere
});
