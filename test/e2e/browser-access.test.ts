// The chat page as a screen reader and a finger find it: Chromium's accessibility tree, and what is hit where one taps.
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import { People, type Person, PHONE } from './people.ts';
import { Service } from './service.ts';

const chromium = requires('chromium');

/** As much of a node of the tree as is looked at. */
interface Node {
  readonly role: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

describe.runIf(chromium)('the chat page', () => {
  let people: People;
  let service: Service;
  beforeAll(async () => {
    people = await People.start(chromium!);
    service = await Service.start({ data: 'memory' });
    const said = async (content: string, extras: object = {}): Promise<string> => {
      const [id, sentAt] = [crypto.randomUUID(), new Date(Date.now() - 60_000).toISOString()];
      const message = {
        id,
        roomId: 'general',
        sender: 'Cleo',
        content,
        sentAt,
        messageType: 'MESSAGE',
        ...extras,
      };
      return (await service.server.publish('/topic/chat-room/general', message, {})).messageId!;
    };
    const of = await said('Lunch at one?');
    await said('', { messageType: 'REACTION', of, emoji: '🎉', on: true });
    await said('Or at two', {
      replyTo: of,
      attachments: [{ url: 'https://a.example/menu.pdf', name: 'menu.pdf' }],
    });
  });
  afterEach(async () => {
    await people.leave();
    expect(people.complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await people?.close();
    await service?.close();
  });

  const enter = async (name: string, options?: BrowserContextOptions): Promise<Person> => {
    const address = service.pageAddress;
    const person = await people.enter(address, name, options);
    await person.sees('Or at two');
    return person;
  };

  async function treeOf({ context, page }: Person): Promise<Node[]> {
    const devtools = await context.newCDPSession(page);
    await devtools.send('Accessibility.enable');
    const { nodes } = await devtools.send('Accessibility.getFullAXTree');
    await devtools.detach();
    return nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name, properties = [] }) => ({
        role: String(role?.value),
        name: String(name?.value ?? ''),
        properties: Object.fromEntries(properties.map((one) => [one.name, one.value.value])),
      }));
  }
  const named = (nodes: readonly Node[], role: string): string[] =>
    nodes.filter((node) => node.role === role).map(({ name }) => name);

  it('has a log of articles, and a name for all that can be acted on', async () => {
    const ann = await enter('Ann');
    await ann.page.locator('#log').focus();
    await ann.page.keyboard.press('Enter');
    const nodes = await treeOf(ann);
    const log = nodes.find(({ role }) => role === 'log');
    expect(log).toMatchObject({ name: '# general', properties: { focusable: true } });
    const articles = named(nodes, 'article');
    expect(articles).toEqual([
      expect.stringMatching(/^Cleo, .+: Lunch at one\?$/),
      expect.stringMatching(/^Cleo, .+: Or at two$/),
    ]);
    expect(
      nodes
        .filter(({ role, properties }) => role === 'article' && properties.focused === true)
        .map(({ name }) => name),
    ).toEqual([articles[1]]);
    const buttons = named(nodes, 'button');
    expect(buttons).toEqual(expect.arrayContaining(['React: Or at two', 'Reply: Or at two', '🎉 1: Cleo']));
    expect(buttons).toContainEqual(expect.stringMatching(/^Answers Cleo: Lunch at one\?/));
    expect(named(nodes, 'toolbar')).toEqual(['Actions: Or at two']);
    const acting = ['button', 'link', 'textbox', 'combobox', 'listbox', 'dialog', 'searchbox', 'group'];
    expect(
      nodes.filter(({ role, name }) => acting.includes(role) && name === '').map(({ role }) => role),
    ).toEqual([]);
  });

  it('tells of what comes by itself, politely, and of nothing that is only read again', async () => {
    const ann = await enter('Ann');
    const bob = await enter('Bob');
    expect(await ann.page.locator('#heard').textContent()).toBe('');
    await bob.say('a word');
    await ann.page.locator('#heard').getByText('Bob: a word', { exact: true }).waitFor({ state: 'attached' });
    await bob.page.locator('.message[data-own][data-delivery=delivered]').waitFor();
    expect(await bob.page.locator('#heard').textContent()).toBe(''); // who said it knows
    const live = await ann.page.locator('#heard').getAttribute('aria-live');
    expect([live, await ann.page.locator('#log').getAttribute('aria-live')]).toEqual(['polite', 'off']);
  });

  it('is large enough for fingers: what is 22 pixels from the middle of a button is that button', async () => {
    const ann = await enter('Ann', PHONE);
    const field = await ann.draft.boundingBox();
    expect(field!.height).toBeGreaterThan(40); // a line and room around it, though nobody has typed yet
    await ann.page.locator('.bubble').last().tap();
    await ann.page.locator('.message-actions').waitFor();
    const missed = await ann.page.evaluate<string[]>(`(() => {
      const targets = [...document.querySelectorAll(
        '.room button, .message-actions button, .attachment')].filter((one) => one.checkVisibility());
      const misses = (one) => {
        const { left, top, width, height } = one.getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        return [[-21, 0], [21, 0], [0, -21], [0, 21]].some(([dx, dy]) => {
          const hit = document.elementFromPoint(x + dx, y + dy);
          return hit && !one.contains(hit) && !hit.closest('button, a');
        });
      };
      return targets.filter(misses).map((one) => one.ariaLabel ?? one.className);
    })()`);
    expect(missed).toEqual([]);
  });
});
