// The page of the tutorials, unchanged, in a real Chromium: with WebSocket and without, from its own origin and others.
import { describe, expect, it } from 'vitest';
import { requires } from '../../servers/requires.ts';
import { CuttingProxy } from './proxy.ts';
import { type ChatPage, setSockJsStage } from './stage.ts';

const chromium = requires('chromium');

const heardItself = async (page: ChatPage): Promise<void> => {
  await page.page.waitForFunction('seen.received.length > 0');
  expect(await page.get('seen.received')).toMatchObject([{ roomId: '1', content: '안녕하세요' }]);
  expect(await page.get('seen.connected')).toMatch(/^Connected: CONNECTED\n/);
  expect(await page.get('seen.errors')).toEqual([]);
};

describe.runIf(chromium)('new SockJS(address) and Stomp.over, as taught', () => {
  const stage = setSockJsStage(chromium, () => ({}));

  it.each([
    ['over WebSocket where that passes', 'pass', 'websocket'],
    ['over HTTP where a proxy refuses WebSocket', 'refuse', 'xhr-streaming'],
    ['over HTTP where a proxy breaks the connection instead', 'drop', 'xhr-streaming'],
  ] as const)('chats %s', async (_where, upgrades, transport) => {
    const page = await stage.open('tutorial', (await stage.proxy(upgrades)).url);
    await heardItself(page);
    expect(await page.get('socket.transport')).toBe(transport);
  });

  it('chats with another page whichever way each of them came', async () => {
    const [cut, free] = [await stage.proxy('refuse'), await stage.proxy('pass')];
    const [one, other] = [await stage.open('stompjs', cut.url), await stage.open('stomp-over', free.url)];
    await one.join({ name: 'one', room: 'mixed' });
    await other.join({ name: 'other', room: 'mixed' });
    await Promise.all([one.say('1-', 0, 20), other.say('2-', 0, 20)]);
    for (const page of [one, other]) {
      for (const [sender, word] of [
        ['one', '1-'],
        ['other', '2-'],
      ] as const) {
        expect(await page.heardFrom(sender, 20)).toEqual(Array.from({ length: 20 }, (_, n) => `${word}${n}`));
      }
    }
    expect([await one.get('chat.transport'), await other.get('chat.transport')]).toEqual([
      'xhr-streaming',
      'websocket',
    ]);
  });
});

describe.runIf(chromium)('a page of another origin', () => {
  // where the pages come from: their origin is known before the service starts, which lists one of them
  const elsewhere = async (): Promise<CuttingProxy> => CuttingProxy.start('http://127.0.0.1:9', 'drop');
  let listed: CuttingProxy;
  const stage = setSockJsStage(chromium, async () => {
    listed = await elsewhere();
    return { origins: [listed.url], sockjsCookie: 'jsessionid' };
  });

  async function open(from: CuttingProxy, upgrades: 'pass' | 'refuse'): Promise<[ChatPage, CuttingProxy]> {
    const server = await stage.proxy(upgrades);
    from.serves = server.serves;
    return [await stage.open('tutorial', `${from.url}/?server=${encodeURIComponent(server.url)}`), server];
  }

  it.each([
    // nothing was answered yet that a cookie came with
    ['pass', 'websocket', undefined],
    ['refuse', 'xhr-streaming', 'JSESSIONID=dummy'],
  ] as const)(
    'that is listed chats where upgrades are to %s, over %s, with the cookie %s',
    async (upgrades, transport, cookie) => {
      const [page, server] = await open(listed, upgrades);
      await heardItself(page);
      expect(await page.get('socket.transport')).toBe(transport);
      const sessions = server.passed.filter(({ url }) => /xhr_send|websocket/.test(url));
      for (const { headers } of sessions) {
        expect(headers.origin).toBe(listed.url);
        expect(headers.cookie).toBe(cookie);
      }
      expect(sessions.length).toBeGreaterThan(0);
    },
  );

  it('that is not listed is refused, and opens nothing', async () => {
    const stranger = await elsewhere();
    const refused = await stage.service.metric('stompwire_sockjs_refused_total{reason="origin"}');
    const [page] = await open(stranger, 'pass');
    await page.page.waitForFunction('seen.errors.length > 0');
    expect(await page.get('seen.closed')).toMatchObject({ code: 1002 });
    expect(await page.get('seen.received')).toEqual([]);
    expect(await stage.service.metric('stompwire_sockjs_refused_total{reason="origin"}')).toBeGreaterThan(
      refused,
    );
    stranger.close();
  });
});
