// The chat page in a real Chromium, through the real service: people talk in rooms.
import { describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import { setStage } from './stage.ts';

const chromium = requires('chromium');

describe.runIf(chromium)('the chat page', () => {
  const stage = setStage(chromium);

  it('lets two people talk in a room', async () => {
    const ann = await stage.enter('Ann');
    const bob = await stage.enter('김민수');
    await ann.say('안녕하세요, Bob! 👋');
    await bob.sees('안녕하세요, Bob! 👋');
    await bob.say('Hello Ann,\nhow are you?');
    await ann.sees('Hello Ann,\nhow are you?');

    const own = ann.page.locator('.message[data-own]');
    expect(await own.count()).toBe(1);
    await ann.page.locator('.message[data-own][data-delivery=delivered]').waitFor();
    expect(await ann.page.locator('.message:not([data-own]) .sender').textContent()).toBe('김민수');
    expect(await bob.page.getByText('You joined #general as 김민수').count()).toBe(1);
    await stage.picture(ann, 'desktop');
  });

  it('shows HTML in names and messages as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    const text = '<b>bold</b><script>alert(1)</script> &amp; <a href="javascript:alert(1)">x</a>';
    const ann = await stage.enter(name);
    const bob = await stage.enter('Bob');
    await ann.say(text);
    for (const person of [ann, bob]) {
      await person.sees(text);
      expect(await person.page.locator('#app :is(b, img, script)').count()).toBe(0);
      expect(await person.page.locator('.bubble a').count()).toBe(0);
    }
    expect(await bob.page.locator('.sender').textContent()).toBe(name);
    // what no page would send: a room, a file and a mention that are called so
    const post = (path: string, body: object): Promise<number> =>
      bob.page.evaluate(
        async ([url, json]) => {
          const headers = { 'content-type': 'application/json' };
          return (await fetch(`/api/chat${url}`, { method: 'POST', headers, body: json! })).status;
        },
        [path, JSON.stringify({ userId: 'Bob', ...body })],
      );
    const room = '<img src=x onerror=alert(1)> room';
    expect(await post('/rooms', { id: 'odd', name: room })).toBe(201);
    const attachments = [{ url: 'https://a.example/x?<script>', name: '<script>alert(1)</script>.png' }];
    expect(await post('/rooms/odd/messages', { content: text, attachments, mentions: [name] })).toBe(201);
    await bob.page.goto(`${new URL(bob.page.url()).origin}/#/room/odd`);
    await bob.sees(text);
    await bob.page.getByText(room).first().waitFor();
    await bob.page.getByText('<script>alert(1)</script>.png').waitFor();
    expect(await bob.page.locator('#app :is(b, img, script)').count()).toBe(0);
  });

  it('makes web addresses into links that give nothing away', async () => {
    const ann = await stage.enter('Ann');
    await ann.say('See https://a.example/x?y=1.');
    const link = ann.page.locator('.bubble').getByRole('link', { name: 'https://a.example/x?y=1' });
    expect(await link.getAttribute('href')).toBe('https://a.example/x?y=1');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  });

  it('has rooms: joined by name, unread where something came, in the address, remembered', async () => {
    const ann = await stage.enter('Ann');
    const bob = await stage.enterAt('/#/room/lunch', 'Bob');
    await ann.page.getByLabel('Join or create a room').fill('#lunch');
    await ann.page.getByLabel('Join or create a room').press('Enter');
    await ann.page.waitForURL('**/#/room/lunch');
    await ann.openRoom('general');
    await bob.say('Noodles?');
    await bob.say('Or soup?');
    await ann.room('lunch 2 unread messages').waitFor();
    await expect.poll(() => ann.page.title(), { timeout: 15_000 }).toBe('(2) #general · stompwire chat');

    await ann.room('lunch').click();
    await ann.sees('Noodles?');
    await ann.page.locator('.unread-line').waitFor();
    expect(await ann.room('lunch').getAttribute('aria-current')).toBe('page');
    await ann.page.goBack();
    await ann.page.getByRole('heading', { name: '# general' }).waitFor();
    await ann.page.goForward();
    await ann.sees('Or soup?');
    expect(await ann.page.locator('.unread-line').count()).toBe(0);

    await ann.page.reload();
    await ann.page.getByRole('heading', { name: '# lunch' }).waitFor();
    await ann.isOnline();
    await ann.page.getByRole('button', { name: 'Leave room' }).click();
    await ann.page.locator('#room-list').getByRole('link', { name: 'lunch' }).waitFor({ state: 'detached' });
    await ann.page.locator('#other-rooms').getByRole('link', { name: 'lunch' }).waitFor();
    await ann.page.getByRole('button', { name: 'Sign out' }).click();
    await ann.page.locator('#name:focus').waitFor();
    expect(await ann.page.getByLabel('Your name').inputValue()).toBe('');
  });
});
