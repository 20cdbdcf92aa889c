// Each transport of sockjs-client in a real Chromium, with the new and the old STOMP client, through a proxy.
import { describe, expect, it } from 'vitest';
import { requires } from '../../servers/requires.ts';
import type { CuttingProxy } from './proxy.ts';
import { type ChatPage, setSockJsStage } from './stage.ts';

const chromium = requires('chromium');

const transports = [
  'websocket',
  'xhr-streaming',
  'eventsource',
  'iframe-eventsource',
  'htmlfile',
  'iframe-htmlfile',
  'xhr-polling',
  'iframe-xhr-polling',
  'jsonp-polling',
] as const;

/** What sockjs-client has besides, and Chromium cannot do. */
const dead = { 'xdr-streaming': 'XDomainRequest', 'xdr-polling': 'XDomainRequest' };

/** What some transport has to write in another way than the others. */
const nasty = '100% %41 "\\u0041" \\ <\u002fscript> \u2028 한국어 😀 ';

const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${word}${n}`);

describe.runIf(chromium)('two pages behind a proxy', () => {
  const stage = setSockJsStage(chromium, () => ({
    // the smallest limit, so that streams are begun anew many times
    sockjsResponseLimit: 4096,
    sockjsJsonp: true,
    // a page is not told that its htmlfile was cut, and finds out by this
    heartbeatSend: 1000,
  }));

  async function enter(
    transport: string,
    room: string,
  ): Promise<[today: ChatPage, old: ChatPage, CuttingProxy]> {
    const proxy = await stage.proxy(transport === 'websocket' ? 'pass' : 'refuse');
    const today = await stage.open('stompjs', proxy.url);
    const old = await stage.open('stomp-over', proxy.url);
    const where = { room, transports: [transport] };
    await Promise.all([today.join({ ...where, name: 'today' }), old.join({ ...where, name: 'old' })]);
    return [today, old, proxy];
  }

  /** Both talk, at once and in turn, and each hears everything, in order. */
  async function talk(today: ChatPage, old: ChatPage, from: number, to: number): Promise<void> {
    const middle = (from + to) / 2;
    await Promise.all([today.say(nasty, from, middle), old.say('old ', from, middle, 'in turn')]);
    await Promise.all([today.say(nasty, middle, to, 'in turn'), old.say('old ', middle, to)]);
    for (const page of [today, old]) {
      expect(await page.heardFrom('today', to)).toEqual(numbered(nasty, to));
      expect(await page.heardFrom('old', to)).toEqual(numbered('old ', to));
    }
  }

  /** The service says much, a little in each turn of its event loop: faster than any page comes to fetch. */
  async function flood(room: string, pages: readonly ChatPage[], count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      await stage.service.server.publish(`/topic/chat-room/${room}`, {
        sender: 'service',
        content: `flood ${n}`,
      });
      await new Promise(setImmediate);
    }
    for (const page of pages)
      expect(await page.heardFrom('service', count)).toEqual(numbered('flood ', count));
  }

  it.each(transports)('chat over %s, lose nothing, and come back after a cut', async (transport) => {
    const [today, old, proxy] = await enter(transport, transport);
    for (const page of [today, old]) expect(await page.get('chat.transport')).toBe(transport);
    await talk(today, old, 0, 30);
    await flood(transport, [today, old], 300);
    expect(await today.get('chat.lost')).toBe(0);
    proxy.cut();
    await Promise.all([today.lost(), old.lost()]);
    proxy.mend();
    await Promise.all([today.joined(2), old.joined(2)]);
    await talk(today, old, 30, 40);
    for (const page of [today, old]) expect(await page.get('chat.errors')).toEqual([]);
  });

  for (const [transport, needs] of Object.entries(dead)) {
    it.skip(`chat over ${transport} (it needs ${needs}, which only old Internet Explorers have)`, () => {});
  }
});
