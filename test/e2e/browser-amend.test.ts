// The chat page in a real Chromium: what was said is edited and deleted, for everybody, by mouse, key and on a phone.
import { beforeEach, describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import { PHONE } from './people.ts';
import { setPeopleStage } from './people-stage.ts';

const chromium = requires('chromium');

describe.runIf(chromium)('the chat page', () => {
  const stage = setPeopleStage(chromium);
  const { enter } = stage;
  beforeEach(() => stage.start());

  it('edits and deletes for everybody, also for who comes later', async () => {
    const ann = await enter('Ann');
    const bob = await enter('Bob');
    await ann.say('helo');
    await ann.say('a secret');
    await bob.sees('a secret');
    expect(await bob.page.locator('.message-actions').count()).toBe(0);

    await ann.messages('helo').hover();
    await ann.page.getByRole('button', { name: 'Edit: helo' }).click();
    await ann.page.getByText('Editing a message').waitFor();
    await ann.draft.fill('hello');
    await ann.draft.press('Enter');
    await bob.sees('hello');
    await bob.page.getByText('edited').waitFor();

    await ann.messages('a secret').hover();
    await ann.page.getByRole('button', { name: 'Delete: a secret' }).click();
    await ann.page.getByRole('button', { name: 'Cancel' }).click();
    await ann.messages('a secret').hover();
    await ann.page.getByRole('button', { name: 'Delete: a secret' }).click();
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    for (const person of [ann, bob]) {
      await person.sees('This message was deleted.');
      expect(await person.messages('a secret').count()).toBe(0);
    }
    const eve = await enter('Eve');
    await eve.sees('hello');
    expect(await eve.page.getByText('a secret').count()).toBe(0);
    expect(await eve.messages('helo').count()).toBe(0);
  });

  it('does so by keys alone, and leaves a message as it was on Escape', async () => {
    const ann = await enter('Ann');
    for (const text of ['one', 'two', 'three']) await ann.say(text);
    await ann.page.locator('.message[data-delivery=delivered]').nth(2).waitFor();
    const { keyboard } = ann.page;
    await ann.draft.press('ArrowUp');
    expect(await ann.draft.inputValue()).toBe('three');
    await keyboard.press('Escape');
    expect(await ann.draft.inputValue()).toBe('');

    await ann.page.locator('#log').focus();
    await keyboard.press('Enter');
    await ann.page.locator('.message:focus').getByText('three').waitFor();
    await keyboard.press('ArrowUp');
    await ann.page.locator('.message:focus').getByText('two').waitFor();
    await keyboard.press('Delete');
    await ann.page.getByRole('dialog').waitFor();
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await ann.page.locator('.message:focus').getByText('This message was deleted.').waitFor();
  });

  it('does so on a phone', async () => {
    const ann = await enter('Ann', PHONE);
    await ann.say('helo from the phone');
    await ann.page.locator('.message[data-delivery=delivered]').waitFor();
    await ann.messages('helo from the phone').tap();
    await ann.page.getByRole('button', { name: /^Edit: / }).tap();
    await ann.draft.fill('hello from the phone');
    await ann.page.getByRole('button', { name: 'Save' }).tap();
    await ann.sees('hello from the phone');
    expect(await ann.sidewaysScroll()).toBe(0);
  });
});
