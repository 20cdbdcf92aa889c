// The chat page in a real Chromium: who does not look is notified, in the page, outside of it, and on coming back.
import { describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import type { Person } from './people.ts';
import { setPeopleStage } from './people-stage.ts';

const chromium = requires('chromium');

/** Instead of the notifications of the browser, which nobody sees in a test: a list of them. */
const recorder = `
  window.told = [];
  window.Notification = class {
    static permission = 'default';
    static async requestPermission() { return (this.permission = 'granted'); }
    constructor(title, { body }) { window.told.push(title + ': ' + body); window.last = this; }
    close() {}
  };`;

describe.runIf(chromium)('the chat page', () => {
  const stage = setPeopleStage(chromium, { refuses: true });

  /** Browsers of tests show every page: whether somebody looks at it is said by hand. */
  async function looks({ page }: Person, isLooking: boolean): Promise<void> {
    await page.evaluate(
      `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${!isLooking} });
       document.dispatchEvent(new Event('visibilitychange'));`,
    );
  }
  const bell = ({ page }: Person, name: string) => page.getByRole('button', { name, exact: true });

  it('notifies who looks elsewhere, outside of the page only once they agreed, and leads to the room', async () => {
    const { server } = await stage.start();
    const [ann, bob] = [await stage.enter('Ann'), await stage.open()];
    await bob.page.addInitScript(recorder);
    await bob.page.reload();
    await bob.signIn('Bob');
    await ann.page.getByRole('button', { name: '2 people here' }).waitFor();
    await bob.openRoom('random');
    await looks(bob, false);
    await ann.page.getByRole('button', { name: '2 people here' }).click();
    await ann.page.getByText('away').waitFor();
    await ann.say('are you there?');
    await bell(bob, '1 notification').waitFor();
    expect(await bob.page.title()).toMatch(/^\(1\)/);
    expect(await bob.page.evaluate('told')).toEqual([]);

    await looks(bob, true);
    await bell(bob, '1 notification').click();
    await bob.page.getByRole('button', { name: 'Notify me outside of this page, too' }).click();
    await bob.page.getByRole('button', { name: 'Do not notify me outside of this page' }).waitFor();
    await bob.page.keyboard.press('Escape');
    await looks(bob, false);
    await ann.page.locator('.person[data-away]').waitFor();
    await ann.say('hello?');
    await expect
      .poll(() => bob.page.evaluate('told'), { timeout: 15_000 })
      .toEqual(['Ann in #general: hello?']);
    await bob.page.evaluate('last.onclick()');
    await looks(bob, true);
    await bob.page.getByRole('heading', { level: 1, name: '# general' }).waitFor();
    await bell(bob, 'Notifications').waitFor();
    await expect.poll(() => bob.page.title(), { timeout: 15_000 }).toBe('#general · stompwire chat');
    expect(server.users.find('Bob')).toBeUndefined(); // they are guests
  });

  it('gives on coming back what was kept for who was away', async () => {
    await stage.start();
    const [ann, bob] = [await stage.enter('Ann'), await stage.enter('Bob')];
    await ann.page.getByRole('button', { name: '2 people here' }).waitFor();
    await ann.page.getByRole('button', { name: '2 people here' }).click();
    await ann.page.getByRole('button', { name: 'Write to Bob' }).click();
    await ann.room('Bob Online').waitFor();
    await bob.page.close();
    await ann.room('Bob Offline').waitFor();
    await ann.say('one');
    await ann.say('two');
    await ann.page.locator('.message[data-own][data-delivery=delivered]').nth(1).waitFor();
    const again = await stage.enter('Bob');
    await bell(again, '2 notifications').waitFor();
    await again.room('Ann Online 2 unread messages').click();
    await again.sees('two');
    await bell(again, 'Notifications').waitFor();
  });
});
