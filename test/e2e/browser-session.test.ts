// The chat page in a real Chromium: how being signed in ends, by oneself or by others, and what a lost network does to it.
import { afterAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/auth/password-hash.ts';
import { Folder } from '../auth/folder.ts';
import { requires } from '../servers/requires.ts';
import type { Person } from './people.ts';
import { setPeopleStage } from './people-stage.ts';

const chromium = requires('chromium');
const folder = new Folder();
afterAll(() => folder.remove());

describe.runIf(chromium)('the chat page', () => {
  const stage = setPeopleStage(chromium, { refuses: true });

  async function usersFile(...names: string[]): Promise<string> {
    const password = await hashPassword('correct horse', { logN: 4, r: 1, p: 1 });
    const users = names.map((name) => ({ name, password }));
    return folder.file('users.json', JSON.stringify({ users }));
  }
  async function signIn({ page }: Person, name: string): Promise<void> {
    await page.getByLabel('Your name').fill(name);
    await page.getByLabel('Passcode').fill('correct horse');
    await page.getByRole('button', { name: 'Start chatting' }).click();
  }
  const remembered = ({ page }: Person): Promise<string[]> =>
    page.evaluate(
      '[...Object.entries(localStorage), ...Object.entries(sessionStorage)].map((one) => one.join(": "))',
    );

  it('forgets everything with the one who signs out, and their session is over', async () => {
    const { server } = await stage.start({ auth: 'users', usersFile: await usersFile('kim', 'lee') });
    const kim = await stage.open({ locale: 'en-GB' });
    await signIn(kim, 'kim');
    await kim.isOnline();
    await kim.page.getByRole('button', { name: 'New room' }).first().click();
    await kim.page.getByRole('dialog').getByLabel('Name of the room').fill('plans');
    await kim.page.keyboard.press('Enter');
    await kim.say('for members only');
    await kim.sees('for members only');
    await kim.page.locator('.message[data-delivery=delivered]').waitFor();

    await kim.page.getByRole('button', { name: 'Sign out' }).click();
    await kim.page.locator('#name:focus').waitFor();
    expect(await kim.page.getByLabel('Your name').inputValue()).toBe('');
    expect(await remembered(kim)).toEqual([]);
    expect(new URL(kim.page.url()).hash).toBe('');
    await expect.poll(() => [...server.users.sessions()].length, { timeout: 15_000 }).toBe(0);
    expect(await kim.page.locator('.bubble').count()).toBe(0);
    await kim.page.reload();
    await kim.page.locator('#name:focus').waitFor();

    await signIn(kim, 'lee');
    await kim.isOnline();
    await kim.page.getByRole('heading', { name: 'You are in no room yet' }).waitFor();
    expect(await kim.page.locator('.bubble, #room-list li').count()).toBe(0);
  });

  it('says so when the session is ended, and when the user is none any more', async () => {
    const { server, endpoint } = await stage.start({ auth: 'users', usersFile: await usersFile('kim') });
    const kim = await stage.open();
    await signIn(kim, 'kim');
    await kim.isOnline();
    await server.users.disconnectUser('kim', 'the office is closed');
    await kim.page.getByRole('alert').getByText('Your session was ended: the office is closed').waitFor();

    await signIn(kim, 'kim');
    await kim.isOnline();
    await usersFile('lee');
    const rooms = `${endpoint.replace(/^ws(.*)\/ws$/, 'http$1')}/api/chat/rooms`;
    const authorization = `Basic ${Buffer.from('kim:correct horse').toString('base64')}`;
    const status = async () => (await fetch(rooms, { headers: { authorization } })).status;
    await expect.poll(status, { timeout: 10_000 }).toBe(401); // the file is looked at once a second
    await kim.context.setOffline(true);
    await kim.page
      .getByText(/^Reconnecting in/)
      .first()
      .waitFor();
    await kim.context.setOffline(false);
    await kim.page.getByRole('alert').getByText('The service no longer accepts your sign-in.').waitFor();
    expect((await remembered(kim)).join()).not.toContain('correct horse');
  });

  it('without a network keeps what is written, and shows once what both have said when it is back', async () => {
    await stage.start();
    const [ann, bob] = [await stage.enter('Ann'), await stage.enter('Bob')];
    await ann.say('before');
    await bob.sees('before');
    await ann.context.setOffline(true);
    await ann.page.getByText('Connection lost.').waitFor();
    await ann.say('mine, meanwhile');
    await ann.page.getByText('Waiting for the connection').waitFor();
    await bob.say('his, meanwhile');
    await bob.page.locator('.message[data-own][data-delivery=delivered]').waitFor();
    await ann.context.setOffline(false);
    await ann.sees('his, meanwhile');
    await bob.sees('mine, meanwhile');
    await ann.page.locator('.message[data-own][data-delivery=delivered]').nth(1).waitFor();
    for (const one of [ann, bob])
      expect(await one.page.locator('.bubble').allTextContents()).toEqual([
        'before',
        'his, meanwhile',
        'mine, meanwhile',
      ]);
  });
});
