// Takes the README's picture of the chat page: four people talk through the real service, one of them is photographed.
// `npm run build && node scripts/screenshot.ts`; needs a Chromium (CHROMIUM_PATH, or /usr/bin/chromium).
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Executable } from '../test/e2e/executable.ts';
import { People } from '../test/e2e/people.ts';

const picture = 'docs/images/chat-page.png';
const window = { viewport: { width: 1100, height: 728 }, deviceScaleFactor: 2, locale: 'en-GB' };

const talk: readonly (readonly [who: string, room: string, text: string])[] = [
  ['Jonas Weber', 'general', 'Morning! The new build is on staging.'],
  ['Jonas Weber', 'general', 'Release notes: https://example.com/notes/2.4'],
  ['김서연', 'general', '확인했습니다. 로그인 화면이 훨씬 빨라졌네요 👍'],
  ['Mina Park', 'general', 'It really is. 0.4 s instead of 3 s here.'],
  ['Mina Park', 'general', 'Shall we ship it today?'],
  ['Amara', 'general', 'Yes please. I will watch the dashboards.'],
  ['Amara', 'general', '🎉'],
  ['Amara', 'random', 'Lunch at one?'],
  ['Jonas Weber', 'random', 'I am in.'],
  ['김서연', 'help', 'How do I reset a token?'],
];

const service = new Executable(['serve', '--port', '0', '--stomp-port', 'off', '--data', 'memory']);
const people = await People.start(process.env.CHROMIUM_PATH ?? '/usr/bin/chromium');
try {
  const [address] = await service.addresses();
  const mina = await people.enter(address!, 'Mina Park', window);
  const others = new Map([['Mina Park', mina]]);
  for (const [who, room, text] of talk) {
    const person = others.get(who) ?? (await people.enter(address!, who));
    others.set(who, person);
    await person.openRoom(room);
    await person.say(text);
    await person.sees(text);
  }
  await mina.room('help 1 unread message').waitFor();
  await mina.sees('🎉');
  mkdirSync(dirname(picture), { recursive: true });
  await mina.page.screenshot({ path: picture, animations: 'disabled' });
} finally {
  await people.close();
  service.signal('SIGTERM');
  await service.ended;
}
