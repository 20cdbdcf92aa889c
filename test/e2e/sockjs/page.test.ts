// The service's own chat page in a real Chromium, where WebSocket does not get through: it finds its way by itself.
import { afterEach, describe, expect, it } from 'vitest';
import { requires } from '../../servers/requires.ts';
import type { Person } from '../people.ts';
import { setSockJsStage } from './stage.ts';

const chromium = requires('chromium');

const scripts = (person: Person): Promise<string[]> =>
  person.page.evaluate<string[]>(
    'performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.endsWith(".js"))',
  );
const requests = (person: Person, path: string): Promise<number> =>
  person.page.evaluate<number>(
    `performance.getEntriesByType("resource").filter(({ name }) => name.includes("${path}")).length`,
  );

describe.runIf(chromium)('the chat page behind a proxy', () => {
  const stage = setSockJsStage(chromium, () => ({ endpoints: ['/ws'] }));

  afterEach(() => {
    // the content security policy, errors, warnings: nothing but that WebSocket was refused
    expect(stage.people.complaints.splice(0)).toEqual([]);
  });

  it.each(['refuse', 'drop'] as const)(
    'lets two people chat over plain requests when it is to %s WebSocket',
    async (upgrades) => {
      const proxy = await stage.proxy(upgrades);
      const ann = await stage.people.enter(proxy.url, 'Ann');
      const bob = await stage.people.enter(proxy.url, '김민수');
      // the room shows what was said before, by the pages of the other case too
      await ann.say(`안녕하세요, Bob! 👋 ${upgrades}`);
      await bob.sees(`안녕하세요, Bob! 👋 ${upgrades}`);
      await bob.say(`Hello Ann,\nno WebSocket here? ${upgrades}`);
      await ann.sees(`Hello Ann,\nno WebSocket here? ${upgrades}`);
      await ann.page.locator('.message[data-own][data-delivery=delivered]').last().waitFor();
      expect(proxy.passed.filter(({ url }) => url.includes('/xhr_streaming'))).toHaveLength(2);
      await stage.people.picture(ann, `without-websocket-${upgrades}`);
    },
  );

  it('goes the same way again after a reload, without asking for WebSocket', async () => {
    const proxy = await stage.proxy('refuse');
    const ann = await stage.people.enter(proxy.url, 'Ann');
    const stopped = proxy.stopped;
    await ann.page.reload();
    await ann.isOnline();
    expect(stopped).toBeGreaterThan(0);
    expect(proxy.stopped).toBe(stopped);
  });

  it('asks for WebSocket again on another visit, and loads nothing of SockJS where that passes', async () => {
    const proxy = await stage.proxy('refuse');
    const ann = await stage.people.enter(proxy.url, 'Ann');
    expect(await scripts(ann)).toHaveLength(2);
    proxy.upgrades = 'pass';
    const later = await ann.visitAgain();
    expect(await scripts(later)).toHaveLength(1);
    expect(await requests(later, '/ws/info')).toBe(0);
    await ann.say('by requests');
    await later.sees('by requests');
    await later.say('by WebSocket');
    await ann.sees('by WebSocket');
  });

  it('comes back after the proxy was down, and what was written meanwhile arrives', async () => {
    const proxy = await stage.proxy('refuse');
    const ann = await stage.people.enter(proxy.url, 'Ann');
    const bob = await stage.people.enter((await stage.proxy('pass')).url, 'Bob');
    proxy.cut();
    await ann.page.getByText('Connection lost.').waitFor();
    await ann.say('while it was down');
    proxy.mend();
    await bob.sees('while it was down');
    await ann.isOnline();
    stage.people.complaints.length = 0; // of requests that nobody answered
  });
});
