// The chat page in a real Chromium, among people: who gets in, which rooms there are, who is there, types, has not read.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/auth/password-hash.ts';
import { Folder } from '../auth/folder.ts';
import { signedByHmac } from '../auth/tokens.ts';
import { requires } from '../servers/requires.ts';
import { DESKTOP, People, type Person } from './people.ts';
import { Service } from './service.ts';

const chromium = requires('chromium');
const folder = new Folder();
const secret = 'a secret that is long enough for an HMAC of SHA-256';

describe.runIf(chromium)('the chat page', () => {
  let people: People;
  let service: Service | undefined;
  beforeAll(async () => {
    people = await People.start(chromium!);
  });
  afterEach(async () => {
    await people.leave();
    await service?.close();
    expect(people.complaints.splice(0)).toEqual([]);
  });
  afterAll(() => people?.close());

  async function started(options: Parameters<typeof Service.start>[0]): Promise<string> {
    service = await Service.start({ data: 'memory', ...options });
    return service.pageAddress;
  }
  async function signIn(person: Person, name: string, passcode: string): Promise<void> {
    await person.page.getByLabel('Your name').fill(name);
    await person.page.getByLabel('Passcode').fill(passcode);
    await person.page.getByRole('button', { name: 'Start chatting' }).click();
  }

  it('asks for a passcode where the service does, and tells when it is wrong', async () => {
    const passwordOf = (passcode: string) => hashPassword(passcode, { logN: 4, r: 1, p: 1 });
    const users = [
      { name: 'kim', password: await passwordOf('correct horse') },
      { name: 'lee', password: await passwordOf('battery staple') },
    ];
    const address = await started({
      auth: 'users',
      usersFile: folder.file('page.json', JSON.stringify({ users })),
    });
    const kim = await people.open(address);
    await kim.page.getByRole('button', { name: 'Start chatting' }).click();
    await kim.page.getByText('Please enter a name.').waitFor();
    await signIn(kim, 'kim', 'wrong');
    await kim.page.getByRole('alert').getByText('does not know this name with this passcode').waitFor();
    await kim.page.locator('#secret:focus').waitFor();
    await signIn(kim, 'kim', 'correct horse');
    await kim.isOnline();

    await kim.page.getByRole('heading', { name: 'You are in no room yet' }).waitFor();
    await kim.page.getByLabel('Join or create a room').fill('plans');
    await kim.page.getByLabel('Join or create a room').press('Enter');
    await kim.page.getByRole('heading', { name: '# plans' }).waitFor();
    await kim.say('first of all');
    await kim.page.reload();
    await kim.isOnline();
    await kim.sees('first of all');

    const lee = await people.open(address);
    await signIn(lee, 'lee', 'battery staple');
    await lee.page.locator('#other-rooms').getByRole('link', { name: 'plans' }).click();
    await lee.sees('first of all');
    await lee.say('and then');
    await kim.sees('and then');
    await kim.page.getByRole('button', { name: 'Search' }).click();
    await kim.page.getByLabel('Words of the message').fill('then');
    await kim.page.keyboard.press('Enter');
    await kim.page.getByText('1 message', { exact: true }).waitFor();
  });

  it('takes a token where the service does, and is who the token says', async () => {
    const address = await started({ auth: 'jwt', jwtSecret: secret, rooms: 'open' });
    const kim = await people.open(address);
    const expires = Math.floor(Date.now() / 1000) + 300;
    await kim.page.getByLabel('Access token').fill('no.such.token');
    await kim.page.keyboard.press('Enter');
    await kim.page.getByText('The service does not accept this token.').waitFor();
    await kim.page
      .getByLabel('Access token')
      .fill(signedByHmac({ alg: 'HS256' }, { sub: 'kim', exp: expires }, secret));
    await kim.page.keyboard.press('Enter');
    await kim.isOnline();
    expect(await kim.page.locator('#account-name').textContent()).toBe('kim');
    await kim.say('hello');
    await kim.page.locator('.message[data-own][data-delivery=delivered]').waitFor();
    await kim.page.getByRole('button', { name: 'Sign out' }).click();
    await kim.page.locator('#secret:focus').waitFor();
    expect(await kim.page.evaluate('Object.values(sessionStorage).join()')).not.toContain('.');
  });

  it('shows who is here, who types, and what was not read on whichever device', async () => {
    const address = await started({});
    const ann = await people.enter(address, 'Ann');
    const bob = await people.enter(address, 'Bob');
    await ann.page.getByRole('button', { name: '2 people here' }).click();
    const list = ann.page.getByRole('list', { name: 'Who is here' });
    await list.getByText('Bob').waitFor();
    await ann.page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });

    await bob.draft.pressSequentially('I am wri');
    await ann.page.getByText('Bob is typing…').waitFor();
    await bob.draft.fill('');
    await ann.page.getByText('Bob is typing…').waitFor({ state: 'hidden' });
    await bob.say('written');
    await ann.sees('written');

    await ann.openRoom('random');
    await ann.say('here I am'); // so that the room is there
    await ann.page.close();
    await bob.openRoom('random');
    for (const text of ['one', 'two', 'three']) await bob.say(text);
    await bob.sees('three');
    const again = await people.enter(address, 'Ann');
    await again.room('random 3 unread messages').waitFor();
    await again.openRoom('random');
    await again.sees('three');
    await again.page.locator('.badge').waitFor({ state: 'detached' });
    await bob.page.getByRole('button', { name: '2 people here' }).waitFor();
  });

  it('shows who does nothing for a while as away, and as there again as soon as they move', async () => {
    const address = await started({ awayAfter: 1000, presenceGather: 20 });
    const ann = await people.enter(address, 'Ann');
    const bob = await people.enter(address, 'Bob');
    await ann.page.getByRole('button', { name: '2 people here' }).click();
    const away = ann.page.locator('.person[data-away]', { hasText: 'Bob' });
    const there = ann.page.locator('.person:not([data-away])', { hasText: 'Bob' });
    await away.waitFor();
    let x = 200;
    const moves = async (): Promise<number> => {
      await bob.page.mouse.move(++x, 200);
      return there.count();
    };
    await expect.poll(moves).toBe(1);
    await away.waitFor(); // nobody moves any more
  });

  it('speaks Korean where the browser does, or somebody chooses it', async () => {
    const address = await started({});
    const minsu = await people.open(address, { ...DESKTOP, locale: 'ko-KR' });
    await minsu.page.getByLabel('이름', { exact: true }).fill('민수');
    await minsu.page.getByRole('button', { name: '대화 시작' }).click();
    await minsu.page.getByText('민수 이름으로 #general에 들어왔습니다.').waitFor();
    expect(await minsu.page.locator('html').getAttribute('lang')).toBe('ko');
    const field = minsu.page.getByRole('textbox', { name: 'general에 보낼 메시지' });
    await field.fill('쓰던 글');
    await minsu.page.locator('.brand').getByLabel('언어').selectOption('English');
    await minsu.page.getByRole('button', { name: 'Leave room' }).waitFor();
    expect(await minsu.draft.inputValue()).toBe('쓰던 글');
    await minsu.page.reload();
    await minsu.page.getByRole('button', { name: 'Leave room' }).waitFor();
  });
});
