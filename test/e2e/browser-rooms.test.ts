// The chat page in a real Chromium: rooms are made, people invited, given roles and sent out, and the others see it at once.
import { describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import type { Person } from './people.ts';
import { setPeopleStage } from './people-stage.ts';

const chromium = requires('chromium');

describe.runIf(chromium)('the chat page', () => {
  const stage = setPeopleStage(chromium, { refuses: true });

  async function makeRoom(
    { page }: Person,
    name: string,
    kind: 'Everybody' | 'Who is invited',
  ): Promise<void> {
    await page.getByRole('button', { name: 'New room' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New room' });
    await dialog.getByLabel('Name of the room').fill(name);
    await dialog.getByText(kind, { exact: true }).click();
    await dialog.getByRole('button', { name: 'Create room' }).click();
    await page.getByRole('heading', { level: 1, name: `# ${name}` }).waitFor();
  }

  it('makes a private room, in which who is invited appears and reads, and from which who is removed is gone', async () => {
    await stage.start({ rooms: 'members' });
    const [ann, bob] = [await stage.enter('Ann'), await stage.enter('Bob')];
    await makeRoom(ann, 'Secret plans', 'Who is invited');
    await ann.page.getByRole('button', { name: 'About this room' }).click();
    const about = ann.page.getByRole('dialog', { name: '#Secret plans' });
    await about.getByText('Private room · 1 member · Owner').waitFor();
    await about.getByLabel('Invite somebody by name').fill('Bob');
    await about.getByRole('combobox', { name: 'Role', exact: true }).selectOption('Reader');
    await about.getByRole('button', { name: 'Invite' }).click();
    await about.getByText('Bob was invited.').waitFor();

    await bob.page
      .getByRole('status', { name: 'Notifications' })
      .getByText('Ann invited you to #Secret plans.')
      .click();
    await bob.page.getByRole('heading', { level: 1, name: '# Secret plans' }).waitFor();
    await bob.page.getByText('You can read here, but not write.').waitFor();
    await bob.page.getByText('Ann invited Bob').waitFor();
    expect(await bob.draft.isVisible()).toBe(false);
    await ann.page.keyboard.press('Escape');
    await ann.say('read this');
    await (await bob.sees('read this')).hover();
    expect(await bob.page.locator('.message-actions button:visible').count()).toBe(0);
    await ann.page.getByRole('button', { name: 'About this room' }).click();

    await about.getByRole('combobox', { name: 'Role of Bob' }).selectOption('Member');
    await bob.draft.waitFor();
    await bob.say('I can write now');
    await bob.sees('I can write now');
    await about.getByLabel('Invite somebody by name').fill('Bob');
    await about.getByRole('button', { name: 'Invite' }).click();
    await about.getByText('Bob is a member already.').waitFor();
    await about.getByLabel('Name of the room').fill('Open secret');
    await about.getByRole('button', { name: 'Rename' }).click();
    await bob.page.getByRole('heading', { level: 1, name: '# Open secret' }).waitFor();

    const renamed = ann.page.getByRole('dialog', { name: '#Open secret' });
    await renamed.getByRole('button', { name: 'Remove Bob' }).click();
    await ann.page
      .getByRole('dialog', { name: 'Remove Bob from this room?' })
      .getByRole('button', { name: 'Remove' })
      .click();
    await bob.page.getByRole('alert').getByText('Ann removed you from #Open secret.').waitFor();
    await bob.page.getByRole('heading', { name: 'You are in no room yet' }).waitFor();
    expect(await bob.page.locator('.bubble').count()).toBe(0);
    await renamed.getByText('1 member').waitFor();

    await ann.page.keyboard.press('Escape');
    await ann.page.locator('#room-about:focus').waitFor();
    await ann.say('without Bob');
    await ann.sees('without Bob');
    expect(await bob.page.getByText('without Bob').count()).toBe(0);
    expect(await bob.page.getByRole('alert').locator('.notice').count()).toBe(1);
  });

  it('has public rooms that whoever likes joins, leaves, and finds gone', async () => {
    await stage.start({ rooms: 'members' });
    const [ann, bob] = [await stage.enter('Ann'), await stage.enter('Bob')];
    await makeRoom(ann, 'plans', 'Everybody');
    await bob.page.getByLabel('Join or create a room').fill('plans');
    await bob.page.keyboard.press('Enter');
    await bob.page.getByRole('heading', { level: 1, name: '# plans' }).waitFor();
    await ann.page.getByText('Bob joined').waitFor();

    await bob.page.getByRole('button', { name: 'New room' }).click();
    await bob.page.getByRole('dialog').getByLabel('Name of the room').fill('plans');
    await bob.page.keyboard.press('Enter');
    await bob.page.getByText('There is a room of this name already').waitFor();
    await bob.page.keyboard.press('Escape');
    await bob.page.locator('#new-room:focus').waitFor();

    await ann.page.getByRole('button', { name: 'About this room' }).click();
    await ann.page.getByRole('button', { name: 'Leave' }).click();
    await ann.page
      .getByRole('dialog', { name: 'Leave #plans?' })
      .getByRole('button', { name: 'Leave' })
      .click();
    await ann.page.getByText('The last owner of a room stays its owner.').waitFor();
    await ann.page.getByRole('button', { name: 'Delete room' }).click();
    await ann.page
      .getByRole('dialog', { name: 'Delete #plans' })
      .getByRole('button', { name: 'Delete room' })
      .click();
    await ann.page.getByRole('heading', { name: 'You are in no room yet' }).waitFor();
    await bob.page.getByRole('alert').getByText('Ann deleted #plans.').waitFor();
    await bob.page.getByRole('heading', { name: 'You are in no room yet' }).waitFor();
  });

  it('leads from a name to a conversation of two, which exists once and shows who is there', async () => {
    await stage.start();
    const [ann, bob] = [await stage.enter('Ann'), await stage.enter('Bob')];
    await ann.page.getByRole('button', { name: '2 people here' }).click();
    await ann.page.getByRole('button', { name: 'Write to Bob' }).click();
    await ann.page.getByRole('heading', { level: 1, name: 'Bob', exact: true }).waitFor();
    await ann.page.getByText('You and Bob').waitFor();
    await ann.room('Bob Online').waitFor();
    await ann.say('just us');

    await bob.page.getByRole('status', { name: 'Notifications' }).getByText('Ann: just us').waitFor();
    await bob.page.getByRole('button', { name: '1 notification' }).waitFor();
    await bob.page.getByRole('button', { name: 'New conversation' }).click();
    await bob.page.getByLabel('Name of the person').fill('Ann');
    await bob.page.keyboard.press('Enter');
    await bob.page.getByRole('heading', { level: 1, name: 'Ann', exact: true }).waitFor();
    await bob.sees('just us');
    await bob.page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
    expect(await bob.page.locator('#direct-list li').count()).toBe(1);
    expect(await bob.page.locator('body').innerText()).not.toContain('direct-');

    await bob.page.reload();
    await bob.sees('just us');
    await bob.page.getByRole('heading', { level: 1, name: 'Ann', exact: true }).waitFor();
    await bob.page.close();
    await ann.room('Bob Offline').waitFor();
  });
});
