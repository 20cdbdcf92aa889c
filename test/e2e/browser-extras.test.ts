// The chat page in a real Chromium: answers, reactions, people who are meant, files, who has read; by mouse and by keys.
import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import type { Person } from './people.ts';
import { setPeopleStage } from './people-stage.ts';
import type { Service } from './service.ts';

const chromium = requires('chromium');
const room = '/topic/chat-room/general';

describe.runIf(chromium)('the chat page', () => {
  const stage = setPeopleStage(chromium);
  const { enter } = stage;
  let service: Service;
  beforeEach(async () => {
    service = await stage.start();
  });

  const said = async (sender: string, content: string, extras: object = {}): Promise<string> => {
    const sentAt = new Date().toISOString();
    const messageType = 'MESSAGE';
    const message = {
      id: crypto.randomUUID(),
      roomId: 'general',
      sender,
      content,
      sentAt,
      messageType,
      ...extras,
    };
    return (await service.server.publish(room, message, {})).messageId!;
  };
  const messageOf = ({ page }: Person, text: string): Locator =>
    page.locator('.message').filter({ has: page.locator('.bubble', { hasText: text }) });
  async function act(person: Person, text: string, what: string): Promise<void> {
    await messageOf(person, text).locator('.bubble').hover();
    await person.page.getByRole('button', { name: `${what}: ${text}` }).click();
  }

  it('answers a message, and reacts to one, for everybody and for who comes later', async () => {
    await said('Cleo', 'Lunch at one?');
    const ann = await enter('Ann');
    const bob = await enter('Bob');
    await act(bob, 'Lunch at one?', 'Reply');
    await bob.page.getByText('Replying to Cleo').waitFor();
    await bob.say('Gladly');
    await messageOf(ann, 'Gladly')
      .getByRole('button', { name: /^Answers Cleo: Lunch at one\?/ })
      .waitFor();
    expect(await bob.page.locator('#replying').isVisible()).toBe(false);

    await act(ann, 'Gladly', 'React');
    await ann.page.getByRole('dialog', { name: 'React with' }).getByText('🎉').click();
    await messageOf(bob, 'Gladly').getByRole('button', { name: '🎉 1: Ann', pressed: false }).click();
    await messageOf(ann, 'Gladly').getByRole('button', { name: '🎉 2: Ann, Bob', pressed: true }).click();
    await messageOf(bob, 'Gladly').getByRole('button', { name: '🎉 1: Bob', pressed: true }).waitFor();

    const eve = await enter('Eve');
    await messageOf(eve, 'Gladly').getByRole('button', { name: '🎉 1: Bob' }).waitFor();
    await act(bob, 'Gladly', 'Delete');
    await bob.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await eve.sees('This message was deleted.');
    await eve.page.locator('.reaction, .quote').first().waitFor({ state: 'detached' });
  });

  it('leads from an answer to what it answers, far back, and says when that is gone', async () => {
    const far = await said('Ann', 'where it began');
    for (let at = 0; at < 250; at++) await said('Bob', `then ${at}`);
    const number = Number(/\.(\d+)-/.exec(far)![1]) * 1000;
    await said('Bob', 'an answer', { replyTo: far });
    await said('Bob', 'to nothing', { replyTo: far.replace(/\.\d+-\d+$/, `.${number / 1000 - 5000}-1`) });
    const ann = await enter('Ann');
    await messageOf(ann, 'to nothing').getByText('A message that is no longer there').waitFor();
    await messageOf(ann, 'an answer')
      .getByRole('button', { name: /^Answers Ann: where it began/ })
      .locator('.sender')
      .click();
    await ann.page.locator('.message:focus[data-flash]').getByText('where it began').waitFor();
    await messageOf(ann, 'where it began').locator('.bubble').waitFor();
    expect(await ann.page.locator('dialog[open]').count()).toBe(0); // a name alone leads to a conversation
  });

  it('forgets with who signs out what they were about to answer', async () => {
    await said('Cleo', 'Between us');
    const bob = await enter('Bob');
    const { page } = bob;
    await act(bob, 'Between us', 'Reply');
    await page.getByText('Replying to Cleo').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('#name').fill('Eve');
    await page.getByRole('button', { name: 'Start chatting' }).click();
    await page.locator('#draft').waitFor();
    expect(await page.locator('#replying').textContent()).toBe('');
  });

  it('completes the name of who is meant, and shows that person that they are', async () => {
    const ann = await enter('Ann Lee');
    const bob = await enter('Bob');
    await bob.page.getByRole('button', { name: '2 people here' }).waitFor();
    const field = bob.page.locator('#draft');
    await field.pressSequentially('Hello @an');
    const box = bob.page.getByRole('combobox', { name: /^Message to / });
    await box.waitFor();
    const option = bob.page.getByRole('listbox', { name: 'People to mention' }).getByRole('option');
    expect(await option.allTextContents()).toEqual(['ALAnn Lee']);
    expect(await box.getAttribute('aria-activedescendant')).toBe(await option.getAttribute('id'));
    await field.press('Escape');
    await option.waitFor({ state: 'hidden' });
    expect(await field.inputValue()).toBe('Hello @an');
    await field.pressSequentially('n');
    await option.waitFor();
    await field.press('Tab');
    expect(await field.inputValue()).toBe('Hello @Ann Lee ');
    await field.press('Enter');
    await messageOf(ann, 'Hello @Ann Lee').locator('.mention').getByText('@Ann Lee').waitFor();
    await ann.page.locator('.message[data-for-me]').waitFor();
    await ann.page.locator('#heard').getByText('You are mentioned.').waitFor({ state: 'attached' });
    expect(await bob.page.locator('.message[data-for-me]').count()).toBe(0);
    await bob.draft.waitFor(); // a text field again
  });

  it('attaches links of the web alone, and loads nothing of them', async () => {
    const ann = await enter('Ann');
    const bob = await enter('Bob');
    const asked: string[] = [];
    for (const { page } of [ann, bob]) page.on('request', (request) => asked.push(request.url()));
    await ann.page.getByRole('button', { name: 'Attach a link' }).click();
    const dialog = ann.page.getByRole('dialog', { name: 'Attach a link' });
    await dialog.getByLabel('Address').fill('javascript:alert(1)');
    await dialog.getByRole('button', { name: 'Attach' }).click();
    await dialog.getByRole('alert').getByText('begins with https://').waitFor();
    await dialog.getByLabel('Address').fill('https://files.example/a/plan%20b.png');
    await dialog.getByLabel('Address').press('Enter');
    await ann.page.getByRole('button', { name: 'Remove plan b.png' }).waitFor();
    await ann.draft.press('Enter'); // without a word beside it
    const link = bob.page.locator('.attachment');
    await link.getByText('plan b.png').waitFor();
    expect(await link.getAttribute('href')).toBe('https://files.example/a/plan%20b.png');
    expect([await link.getAttribute('rel'), await link.getAttribute('target')]).toEqual([
      'noopener noreferrer',
      '_blank',
    ]);
    expect(asked.filter((url) => url.includes('files.example'))).toEqual([]);
  });

  it('shows HTML, scripts and addresses of theirs as text, wherever they stand', async () => {
    const bad = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const attachments = [
      { url: 'javascript:window.hacked=1', name: 'runs' },
      { url: 'data:text/html,<script>window.hacked=1</script>', name: 'data' },
      { url: 'https://files.example/"><script>x</script>', name: bad, type: bad },
      'https://files.example/no-object',
    ];
    const of = await said(bad, `${bad} javascript:window.hacked=1`, {
      attachments,
      mentions: [bad, 7, null],
    });
    await said('Bob', 'an answer', { replyTo: of });
    await said(bad, '', { messageType: 'REACTION', of, emoji: bad, on: true });
    const ann = await enter('Ann');
    await messageOf(ann, 'an answer').locator('.quote').getByText(bad).first().waitFor();
    await ann.page.locator('.reaction').getByText(bad).waitFor();
    expect(await ann.page.locator('.attachment-name').allTextContents()).toEqual([bad]);
    const log = ann.page.locator('#log');
    expect(await log.locator('img, script, [onerror]').count()).toBe(0);
    const addresses = await log
      .locator('a')
      .evaluateAll((links) => links.map((one) => one.getAttribute('href')));
    expect(addresses.every((one) => one?.startsWith('https://files.example/'))).toBe(true);
    await ann.draft.fill('@<');
    await ann.page.getByRole('option').getByText(bad).waitFor();
    expect(await ann.page.evaluate('window.hacked')).toBeUndefined();
  });

  it('tells who has seen what one said, by name when asked', async () => {
    const ann = await enter('Ann');
    const bob = await enter('Bob');
    await ann.page.getByRole('button', { name: '2 people here' }).waitFor();
    await ann.say('anybody here?');
    await bob.sees('anybody here?');
    await ann.page.getByRole('button', { name: 'Seen by 1' }).click();
    await ann.page.getByRole('dialog', { name: 'Seen by' }).getByText('Bob').waitFor();
    await ann.page.keyboard.press('Escape');
    await ann.page.reload();
    await ann.page.getByRole('button', { name: 'Seen by 1' }).waitFor();
  });

  it('does all of it by keys', async () => {
    await said('Cleo', 'first');
    await said('Cleo', 'second');
    const ann = await enter('Ann');
    const { keyboard } = ann.page;
    await ann.sees('second');
    await ann.page.locator('#log').focus();
    await keyboard.press('Enter');
    await keyboard.press('ArrowUp');
    await ann.page.locator('.message:focus').getByText('first').waitFor();
    await keyboard.press('a');
    await ann.page.locator('.emoji:focus').getByText('👍').waitFor();
    await keyboard.press('ArrowRight');
    await keyboard.press('Enter');
    await messageOf(ann, 'first').getByRole('button', { name: '❤️ 1: Ann' }).waitFor();
    await ann.page.locator('.message:focus').getByText('first').waitFor();
    await keyboard.press('ArrowRight');
    await ann.page.locator('.message-actions button:focus').waitFor();
    await keyboard.press('Escape');
    await ann.page.locator('.message:focus').getByText('first').waitFor();
    await keyboard.press('r');
    await ann.page.locator('#draft:focus').waitFor();
    await keyboard.type('third');
    await keyboard.press('Enter');
    await messageOf(ann, 'third')
      .getByRole('button', { name: /^Answers Cleo: first/ })
      .waitFor();

    await ann.page.locator('.message[data-own][data-delivery=delivered]').waitFor();
    await ann.page.locator('#log').focus();
    await keyboard.press('Enter');
    await keyboard.press('e');
    await keyboard.type('!');
    await keyboard.press('Enter');
    await ann.page.locator('.message:focus').getByText('third!').waitFor(); // where it was begun
    await keyboard.press('Delete');
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
    await ann.page.locator('.message:focus').getByText('This message was deleted.').waitFor();
  });
});
