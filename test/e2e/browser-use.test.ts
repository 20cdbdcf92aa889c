// The chat page in a real Chromium under many hands: a keyboard alone, an input method, a phone, a reader far up.
import { describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import { DESKTOP, type Person, PHONE } from './people.ts';
import { setStage } from './stage.ts';

const chromium = requires('chromium');

describe.runIf(chromium)('the chat page', () => {
  const stage = setStage(chromium);

  /** Presses Tab until the element has the focus, which must show. */
  async function tabTo({ page }: Person, role: 'link' | 'button' | 'textbox', name: string): Promise<void> {
    const target = page.getByRole(role, { name, exact: true });
    await target.waitFor();
    for (let tabs = 0; tabs < 20; tabs++) {
      await page.keyboard.press('Tab');
      if (await target.evaluate((element) => element.matches(':focus'))) break;
    }
    expect(await target.evaluate((element) => element.matches(':focus-visible')), name).toBe(true);
  }

  it('can be used with the keyboard alone', async () => {
    const ann = await stage.open();
    const { page } = ann;
    await page.locator('#name:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Please enter a name.').waitFor();
    await page.keyboard.type('Ann');
    await page.keyboard.press('Enter');
    await ann.isOnline();

    await page.locator('#draft:focus').waitFor();
    await page.keyboard.type('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await page.keyboard.press('Enter');
    await ann.sees('one\ntwo');

    await page.keyboard.press('Control+ArrowDown');
    await page.getByRole('heading', { name: '# random' }).waitFor();
    await page.keyboard.press('Alt+ArrowUp');
    await page.getByRole('heading', { name: '# general' }).waitFor();

    await tabTo(ann, 'textbox', 'Join or create a room');
    await page.keyboard.type('no/room');
    await page.keyboard.press('Enter');
    await page.getByText('Letters, digits, “-” and “_”, at most 64.').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('점심');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '# 점심' }).waitFor();
    await tabTo(ann, 'link', 'help');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '# help' }).waitFor();
    await page.locator('#draft:focus').waitFor();

    await tabTo(ann, 'link', 'Skip to messages');
    await page.keyboard.press('Enter');
    await page.locator('#log:focus').waitFor();
    expect(page.url()).toContain('#/room/help');
    await tabTo(ann, 'button', 'Sign out');
    await page.keyboard.press('Enter');
    await page.locator('#name:focus').waitFor();
  });

  it('leaves Enter to the input method while that composes', async () => {
    const ann = await stage.enter('민수');
    const input = await ann.context.newCDPSession(ann.page);
    await ann.draft.focus();
    await input.send('Input.imeSetComposition', { text: '안녕', selectionStart: 2, selectionEnd: 2 });
    await input.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key: 'Enter',
      code: 'Enter',
      windowsVirtualKeyCode: 229,
    });
    expect(await ann.draft.inputValue()).toBe('안녕');
    await input.send('Input.insertText', { text: '안녕' });
    await ann.draft.press('Enter');
    await ann.sees('안녕');
    expect(await ann.draft.inputValue()).toBe('');
  });

  it('does not send what is too long, and says by how much', async () => {
    const ann = await stage.enter('Ann');
    await ann.say('x'.repeat(4001));
    await ann.page.getByRole('alert').getByText('1 character too long').waitFor();
    expect(await ann.page.locator('.bubble').count()).toBe(0);
    await ann.say('x'.repeat(4000));
    await ann.sees('x'.repeat(4000));
  });

  it('leaves a reader of older messages where they are, and shows the way down', async () => {
    const ann = await stage.enter('Ann');
    const bob = await stage.enter('Bob');
    for (let line = 1; line <= 30; line++) await bob.say(`line ${line}`);
    await ann.sees('line 30');
    const log = ann.page.getByRole('log');
    await log.hover();
    await ann.page.mouse.wheel(0, -600);
    // asked from here: the page's policy lets no text be run that waits in it
    const below = (): Promise<number> => log.evaluate((l) => l.scrollHeight - l.scrollTop - l.clientHeight);
    await expect.poll(below, { timeout: 15_000 }).toBeGreaterThan(300);
    const before = await log.evaluate((element) => element.scrollTop);
    await bob.say('news');
    await bob.say('more news');
    const pill = ann.page.getByRole('button', { name: '2 new messages' });
    await pill.waitFor();
    expect(await log.evaluate((element) => element.scrollTop)).toBe(before);
    await pill.click();
    await expect.poll(below, { timeout: 15_000 }).toBeLessThan(2);
    await pill.waitFor({ state: 'hidden' });
  });

  it('fits a phone: nothing scrolls sideways, the room list is a drawer', async () => {
    const ann = await stage.open(PHONE);
    const { page } = ann;
    expect(await ann.sidewaysScroll()).toBe(0);
    await stage.picture(ann, 'phone-sign-in');
    await ann.signIn('A'.repeat(32));
    await ann.say('x'.repeat(500));
    await ann.say(`https://a.example/${'y'.repeat(200)}`);
    await ann.sees('x'.repeat(500));

    const opener = page.getByRole('button', { name: 'Open the room list' });
    const list = page.getByRole('navigation', { name: 'Rooms' });
    expect(await list.isVisible()).toBe(false);
    await opener.click();
    await list.waitFor();
    await page.getByLabel('Join or create a room').fill('r'.repeat(64));
    expect(await page.locator('#room').evaluate((element) => element.matches('[inert]'))).toBe(true);
    expect(await ann.sidewaysScroll()).toBe(0);
    await stage.picture(ann, 'phone-drawer');
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    await page.locator('#drawer-open:focus').waitFor();

    await opener.click();
    await page.getByRole('button', { name: 'Join the room' }).click();
    await list.waitFor({ state: 'hidden' });
    await page.getByRole('heading', { name: `# ${'r'.repeat(64)}` }).waitFor();
    expect(await ann.sidewaysScroll()).toBe(0);

    const bob = await stage.enter('Bob', DESKTOP);
    await bob.say('Are you there?');
    await page.getByRole('button', { name: 'Open the room list, 1 unread message' }).click();
    await ann.room('general').click();
    await ann.sees('Are you there?');
    expect(await ann.sidewaysScroll()).toBe(0);
    await stage.picture(ann, 'phone');
  });

  it('leaves the room its name on the narrowest screen, and its field one line', async () => {
    const ann = await stage.enter('Ann', { ...PHONE, viewport: { width: 320, height: 568 } });
    const empty = (await ann.draft.boundingBox())!.height;
    await ann.page.getByRole('button', { name: 'Open the room list' }).click();
    await ann.page.getByLabel('Join or create a room').fill('r'.repeat(64));
    await ann.page.getByRole('button', { name: 'Join the room' }).click();
    await ann.page.getByRole('heading', { name: `# ${'r'.repeat(64)}` }).waitFor();
    expect((await ann.page.locator('#room-title').boundingBox())!.width).toBeGreaterThan(100);
    expect((await ann.draft.boundingBox())!.height).toBe(empty);
    expect(await ann.sidewaysScroll()).toBe(0);
  });

  it('shows the buttons of a message beside it, and covers no other', async () => {
    const ann = await stage.enter('Ann', { viewport: { width: 1280, height: 800 } });
    for (const text of ['one', 'two', 'x'.repeat(300)]) await ann.say(text);
    const bob = await stage.enter('Bob', { viewport: { width: 1280, height: 800 } });
    for (const person of [ann, bob]) {
      for (const text of ['two', 'x'.repeat(300)]) {
        await (await person.sees(text)).hover();
        const bar = (await person.page.getByRole('toolbar').boundingBox())!;
        for (const bubble of await person.page.locator('.bubble').all()) {
          const { x, y, width, height } = (await bubble.boundingBox())!;
          const isApart = bar.x >= x + width || bar.x + bar.width <= x;
          expect(isApart || bar.y >= y + height || bar.y + bar.height <= y, text).toBe(true);
        }
        expect(await bob.sidewaysScroll()).toBe(0);
        expect(bar.x).toBeGreaterThan((await person.page.locator('#log').boundingBox())!.x);
      }
    }
  });
});
