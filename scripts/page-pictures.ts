// Takes pictures of the chat page for human eyes: what people meet, at phone and desktop width, light and dark, in both languages.
// `npm run build && node scripts/page-pictures.ts [folder]`; needs a Chromium (CHROMIUM_PATH, or /usr/bin/chromium).
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword } from '../src/auth/password-hash.ts';
import { Executable } from '../test/e2e/executable.ts';
import { DESKTOP, People, type Person, PHONE } from '../test/e2e/people.ts';

const folder = process.argv[2] ?? join(tmpdir(), 'stompwire-page');
mkdirSync(folder, { recursive: true });

const usersFile = join(folder, 'users.json');
writeFileSync(
  usersFile,
  JSON.stringify({
    users: [{ name: 'mina', password: await hashPassword('right', { logN: 4, r: 1, p: 1 }) }],
  }),
);

const looks = ['light', 'dark'] as const;
const languages = { en: 'en-GB', ko: 'ko-KR' } as const;
const sizes = { desktop: { ...DESKTOP, viewport: { width: 1280, height: 800 } }, phone: PHONE } as const;

/** What differs between pictures of one thing. */
interface Look {
  readonly size: keyof typeof sizes;
  readonly language: keyof typeof languages;
  readonly scheme: (typeof looks)[number];
}

const all: readonly Look[] = (['desktop', 'phone'] as const).flatMap((size) =>
  (['en', 'ko'] as const).flatMap((language) => looks.map((scheme) => ({ size, language, scheme }))),
);

const service = new Executable([
  ...['serve', '--port', '0', '--stomp-port', 'off', '--data', 'memory', '--rooms', 'members'],
]);
const people = await People.start(process.env.CHROMIUM_PATH ?? '/usr/bin/chromium');

async function take({ page }: Person, name: string, { size, language, scheme }: Look): Promise<void> {
  await page.screenshot({
    path: join(folder, `${name}-${size}-${language}-${scheme}.png`),
    animations: 'disabled',
  });
}

/** By the ids of the page, which are the same in each language. */
const click = (person: Person, selector: string): Promise<void> =>
  person.page.locator(selector).first().click();
const appears = (person: Person, selector: string): Promise<void> =>
  person.page.locator(selector).first().waitFor();

async function makeRoom(person: Person, name: string, kind: 'public' | 'private'): Promise<void> {
  await click(person, '#new-room');
  await person.page.locator('#new-room-name').fill(name);
  await click(person, `.choice:has([value=${kind}])`);
  await person.page.locator('#new-room-name').press('Enter');
  await person.page.locator('#room-title', { hasText: name }).waitFor();
}

async function listOpen(person: Person, { size }: Look): Promise<void> {
  if (size === 'phone') await click(person, '#drawer-open');
}

async function invite(person: Person, name: string, role = 'member'): Promise<void> {
  await person.page.locator('#invite-name').fill(name);
  await person.page.locator('#invite-role').selectOption(role);
  await person.page.locator('#invite-name').press('Enter');
  await person.page.locator('#member-list', { hasText: name }).waitFor();
}

async function photograph(address: string, look: Look, round: number): Promise<void> {
  const options = { ...sizes[look.size], locale: languages[look.language], colorScheme: look.scheme };
  const [me, friend, other] = [`Mina ${round}`, `Jonas ${round}`, `서연 ${round}`];
  const mina = await people.open(address, options);
  await mina.page.locator('#sign-in-form button').click();
  await take(mina, 'sign-in', look);
  await mina.page.locator('#name').fill(me);
  await mina.page.locator('#name').press('Enter');
  await mina.isOnline();
  await take(mina, 'no-room', look);
  const jonas = await people.enter(address, friend);
  const seoyeon = await people.open(address, options);
  await seoyeon.page.locator('#name').fill(other);
  await seoyeon.page.locator('#name').press('Enter');
  await seoyeon.isOnline();

  await listOpen(mina, look);
  await click(mina, '#new-room');
  await mina.page.locator('#new-room-name').press('Enter');
  await take(mina, 'new-room', look);
  await click(mina, '#new-room-dialog [data-close]');
  await makeRoom(mina, `Plans ${round}`, 'private');
  await take(mina, 'empty-room', look);
  await click(mina, '#room-about');
  await invite(mina, friend);
  await invite(mina, other, 'reader');
  await take(mina, 'members', look);
  await mina.page.keyboard.press('Escape');
  await click(jonas, '.notice-link');
  await jonas.say('Morning! The new build is on staging.');
  await mina.sees('Morning! The new build is on staging.');
  await mina.page.locator('#draft').fill('확인했습니다. 아주 빨라졌네요 👍');
  await mina.page.locator('#draft').press('Enter');
  await jonas.sees('확인했습니다. 아주 빨라졌네요 👍');
  await click(seoyeon, '.notice-link');
  await appears(seoyeon, '#read-only');
  await take(seoyeon, 'read-only', look);
  await click(mina, '#people');
  await appears(mina, '#people-list .icon-button:not([hidden])');
  await take(mina, 'people', look);
  await mina.page.keyboard.press('Escape');
  await click(mina, '#room-about');
  await mina.page.locator('.member', { hasText: other }).locator('button').click();
  await click(mina, '#confirm-yes');
  await appears(seoyeon, '#no-room');
  await take(seoyeon, 'sent-out', look);
  await mina.page.locator('#member-list', { hasText: other }).waitFor({ state: 'hidden' });
  await mina.page.keyboard.press('Escape');

  await listOpen(mina, look);
  await click(mina, '#new-conversation');
  await appears(mina, '#online-list li');
  await take(mina, 'new-conversation', look);
  await mina.page.locator('#conversation-name').fill(friend);
  await mina.page.locator('#conversation-name').press('Enter');
  await mina.page.locator('#room-title', { hasText: friend }).waitFor();
  await appears(mina, '#room-dot[data-presence=online]');
  await take(mina, 'direct-empty', look);
  await mina.page.locator('#draft').fill('Lunch at one?');
  await mina.page.locator('#draft').press('Enter');
  await click(jonas, '.notice-link');
  await jonas.say('I am in.');
  await mina.sees('I am in.');
  await take(mina, 'direct', look);
  await listOpen(mina, look);
  await makeRoom(mina, `Open ${round}`, 'public');
  await jonas.say('See you there');
  await appears(mina, '.notice-link');
  await take(mina, 'toast', look);
  await click(mina, '#news');
  await take(mina, 'notifications', look);
  await mina.page.keyboard.press('Escape');
  await listOpen(mina, look);
  await take(mina, 'rooms', look);
  if (look.size === 'phone') await click(mina, '#drawer-close');

  await mina.context.setOffline(true);
  await appears(mina, '#banner');
  await mina.page.locator('#draft').fill('written without a connection');
  await mina.page.locator('#draft').press('Enter');
  await take(mina, 'offline', look);
  await mina.context.setOffline(false);
  await mina.isOnline();
  await jonas.page.locator('#room-list a').first().click();
  await click(mina, '#room-about');
  await click(mina, '#room-delete');
  await take(mina, 'confirm', look);
  await people.leave();
}

/** What somebody sees who is not let in, or not any more. */
async function photographRefusal(address: string, look: Look): Promise<void> {
  const options = { ...sizes[look.size], locale: languages[look.language], colorScheme: look.scheme };
  const mina = await people.open(address, options);
  await mina.page.locator('#name').fill('mina');
  await mina.page.locator('#secret').fill('wrong');
  await mina.page.locator('#secret').press('Enter');
  await appears(mina, '#refusal:not(:empty)');
  await take(mina, 'refused', look);
  await people.leave();
}

const asking = new Executable([
  ...['serve', '--port', '0', '--stomp-port', 'off', '--data', 'memory', '--auth', 'users'],
  ...['--users-file', usersFile],
]);
try {
  const [secured] = await asking.addresses();
  for (const look of all) await photographRefusal(secured!, look);
  const [address] = await service.addresses();
  for (const [round, look] of all.entries()) await photograph(address!, look, round + 1);
  console.log(folder);
} finally {
  await people.close();
  for (const one of [service, asking]) {
    one.signal('SIGTERM');
    await one.ended;
  }
  rmSync(usersFile);
}
