// The chat page in a real Chromium before ten thousand messages: read back to the first, without a stutter, with budgets.
import type { Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import { watchMainThread } from './main-thread.ts';
import { People, type Person } from './people.ts';
import { Service } from './service.ts';

const chromium = requires('chromium');

const COUNT = 10_000;
const MOST_CPU = 50; // milliseconds of the page's main thread for one task: longer ones are stutters
const FIRST_MESSAGE = 1000; // milliseconds from the navigation on

describe.runIf(chromium)('the chat page, in a room of ten thousand messages', () => {
  let service: Service;
  let people: People;
  let address: string;
  beforeAll(async () => {
    service = await Service.start({ data: 'memory' });
    people = await People.start(chromium!);
    address = service.pageAddress;
    for (let at = 0; at < COUNT; at++) {
      const message = { ...messageAt(at), ...extrasAt(at) };
      places.push((await service.server.publish('/topic/chat-room/long', message, {})).messageId!);
    }
  });
  afterEach(async () => {
    await people.leave();
    expect(people.complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await people?.close();
    await service?.close();
  });

  const began = Date.now() - COUNT * 30_000;
  const textAt = (at: number): string => `message ${at} ${'and so on '.repeat(at % 13)}`.trim();
  const messageAt = (at: number) => ({
    id: `id-${at}`,
    roomId: 'long',
    sender: ['Ann', 'Bob', '김민수'][Math.floor(at / 3) % 3],
    content: textAt(at),
    sentAt: new Date(began + at * 30_000).toISOString(),
    messageType: 'MESSAGE',
  });
  const places: string[] = [];
  const attachments = [{ url: 'https://files.example/a.pdf', name: 'a.pdf', size: 1000 }];
  /** Some answer what stands far before, some name a file. */
  const extrasAt = (at: number) => ({
    ...(at % 20 === 7 && at > 50 && { replyTo: places[at - 50] }),
    ...(at % 20 === 11 && { attachments }),
  });
  const enter = (): Promise<Person> => people.enter(`${address}/#/room/long`, 'Mina');

  /** Scrolls on with every other frame. */
  async function scrollBy({ page }: Person, by: number, isThere: string): Promise<void> {
    const isDone = await page.evaluate<boolean>(
      `new Promise((done) => { const log = document.querySelector('#log'); let left = 1500;
       const step = () => { log.scrollTop += ${by};
         requestAnimationFrame(() => requestAnimationFrame(() => ${isThere} ? done(true) : left-- ? step() : done(false))); };
       step(); })`,
    );
    expect(isDone, 'the end was not reached').toBe(true);
  }

  it('reads back to the first one and down again, no task longer than a stutter', async () => {
    const mina = await enter();
    await mina.sees(textAt(COUNT - 1));
    const ended = await watchMainThread(mina);
    await scrollBy(mina, -3000, 'log.scrollTop < 5 && !document.querySelector("#intro").hidden');
    await mina.sees(textAt(0));
    expect(await mina.page.locator('.message').count()).toBeLessThan(150);
    await scrollBy(mina, 8000, 'log.scrollHeight - log.scrollTop - log.clientHeight < 5');
    await mina.sees(textAt(COUNT - 1));
    const tasks = await ended();
    expect(tasks.reduce((sum, task) => sum + task, 0)).toBeGreaterThan(500); // it was the page's own
    expect(Math.max(...tasks)).toBeLessThan(MOST_CPU);
  }, 120_000);

  /** Somebody to whom older messages are answered as the test wants it, from the first on. */
  async function enterHolding(answer: (route: Route) => Promise<void>): Promise<Person> {
    const mina = await people.open(`${address}/#/room/long`);
    await mina.page.route('**/api/chat/**', answer);
    await mina.signIn('Mina');
    await mina.sees(textAt(COUNT - 1));
    return mina;
  }

  it('leaves what is read where it is while older messages come above it', async () => {
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const mina = await enterHolding(async (route) => {
      await held;
      await route.continue();
    });
    await mina.page.evaluate('document.querySelector("#log").scrollTop = 400');
    await mina.page.getByText('Loading older messages…').waitFor({ state: 'attached' });
    const message = mina.messages(textAt(COUNT - 40));
    const before = (await message.boundingBox())!.y;
    letGo();
    await mina.messages(textAt(COUNT - 51)).waitFor({ state: 'attached' });
    expect(Math.abs((await message.boundingBox())!.y - before)).toBeLessThan(3);
  });

  it('says when older messages are not to be had, and asks again when told to', async () => {
    const mina = await enterHolding((route) => route.fulfill({ status: 204, body: '' }));
    await mina.page.evaluate('document.querySelector("#log").scrollTop = 0');
    await mina.page.getByText('Older messages could not be loaded.').waitFor();
    await mina.page.unroute('**/api/chat/**');
    await mina.page.locator('#older-retry').click();
    await mina.messages(textAt(COUNT - 51)).waitFor({ state: 'attached' });
  });

  it('finds messages by their words, and leads to where they stand', async () => {
    const mina = await enter();
    await mina.sees(textAt(COUNT - 1));
    await mina.page.getByRole('button', { name: 'Search' }).click();
    await mina.page.getByLabel('Words of the message').fill('message 9500');
    await mina.page.keyboard.press('Enter');
    await mina.page.getByText('1 message', { exact: true }).waitFor();
    await mina.page.locator('.result').click();
    await mina.page.locator('.message:focus').getByText('message 9500').waitFor();
  });

  /** Searches for a message and follows what was found, to where that has the focus. */
  async function follow({ page }: Person, at: number): Promise<void> {
    const field = page.getByLabel('Words of the message');
    if (!(await field.isVisible())) await page.getByRole('button', { name: 'Search' }).click();
    await field.fill(`message ${at}`);
    await page.keyboard.press('Enter');
    await page
      .locator('.result')
      .filter({ hasText: textAt(at) })
      .first()
      .click();
    await page.locator('.message:focus').getByText(textAt(at), { exact: true }).waitFor();
  }

  it('goes to a message far back at once, and from there in both directions', async () => {
    const mina = await enter();
    await mina.sees(textAt(COUNT - 1));
    const asked: string[] = [];
    mina.page.on(
      'request',
      (request) => void (request.url().includes('/messages?') && asked.push(request.url())),
    );
    await follow(mina, 5003);
    expect(asked.length).toBeLessThan(4); // the search, and both sides of the message
    await mina.messages(textAt(5002)).waitFor({ state: 'attached' });
    await mina.messages(textAt(5004)).waitFor({ state: 'attached' });
    expect(await mina.messages(textAt(COUNT - 1)).count()).toBe(0);
    await scrollBy(mina, -800, 'log.textContent.includes("message 4800 ")');
    await scrollBy(mina, 800, 'log.textContent.includes("message 5300 ")');
  });

  it('is at the newest again by a key or a button, with what came meanwhile', async () => {
    const mina = await enter();
    await mina.sees(textAt(COUNT - 1));
    await follow(mina, 5003);
    const newest = mina.page.locator('#newest');
    await newest.getByText('To the newest').waitFor();
    const later = {
      ...messageAt(COUNT),
      id: 'later',
      content: 'said later',
      sentAt: new Date().toISOString(),
    };
    await service.server.publish('/topic/chat-room/long', later, {});
    await newest.getByText('1 new message').waitFor();
    expect(await mina.messages('said later').count()).toBe(0);
    await mina.page.keyboard.press('End');
    await mina.sees('said later');
    await newest.waitFor({ state: 'hidden' });
    await follow(mina, 4003);
    await newest.click();
    await mina.sees('said later');
    await mina.page.locator('#draft:focus').waitFor();
    await follow(mina, 3003);
    await mina.say('my own'); // who writes sees what they wrote
    await mina.sees('my own');
  });

  it('meets the newest where somebody reads on from a message, with none lost or twice', async () => {
    const mina = await enter();
    await mina.sees(textAt(COUNT - 1));
    await follow(mina, COUNT - 420);
    const ended = await watchMainThread(mina);
    const seen = await mina.page.evaluate<string[]>(
      `new Promise((done) => { const log = document.querySelector('#log'); const seen = new Set(); let left = 1500;
       const step = () => {
         for (const one of log.querySelectorAll('.bubble')) { const text = /^message \\d+/.exec(one.textContent); if (text) seen.add(text[0]); }
         log.scrollTop += 400;
         requestAnimationFrame(() => requestAnimationFrame(() =>
           seen.has('message ${COUNT - 1}') || left-- === 0 ? done([...seen]) : step())); };
       step(); })`,
    );
    expect(Math.max(...(await ended()))).toBeLessThan(MOST_CPU);
    const numbers = seen.map((text) => Number(text.slice(8))).filter((at) => at >= COUNT - 420);
    expect(numbers.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 420 }, (_, at) => COUNT - 420 + at),
    );
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other)); // in their order, too
    await mina.page.keyboard.press('End');
    await mina.sees(textAt(COUNT - 1));
    await mina.page.locator('#newest').waitFor({ state: 'hidden' });
  });

  it('draws the first message within a second of being opened', async () => {
    const mina = await enter();
    const times: number[] = [];
    for (let visit = 0; visit < 3; visit++) {
      await mina.page.reload();
      times.push(
        await mina.page.evaluate<number>(
          `new Promise((done) => { const look = () => document.querySelector('.bubble')
             ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look); look(); })`,
        ),
      );
    }
    expect(Math.min(...times)).toBeLessThan(FIRST_MESSAGE);
  });
});
