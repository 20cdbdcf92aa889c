// The chat page in a real Chromium when things go wrong: the service dies, a message is lost, or refused.
import { describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import { setStage } from './stage.ts';

const chromium = requires('chromium');

describe.runIf(chromium)('the chat page', () => {
  const stage = setStage(chromium);

  it('finds the service again, and what was written meanwhile arrives once', async () => {
    const ann = await stage.enter('Ann');
    const bob = await stage.enter('Bob');
    await ann.say('before');
    await bob.sees('before');

    await stage.killService();
    await ann.page.getByText('Connection lost.').waitFor();
    await ann.context.setOffline(true); // until Bob is back, so that he is there to hear
    await ann.say('first');
    await ann.say('second');
    await ann.openRoom('random');
    await ann.say('in the other room');
    await ann.page.getByText('Waiting for the connection').waitFor();
    await stage.picture(ann, 'waiting');

    await stage.restartService();
    await bob.page.getByText(/^Back after/).waitFor();
    await bob.isOnline();
    await ann.context.setOffline(false);
    await ann.isOnline();
    await bob.sees('second');
    await bob.sees('first');
    await bob.say('after');
    await ann.openRoom('general');
    await ann.sees('after');
    for (const text of ['before', 'first', 'second', 'after']) {
      expect(await ann.messages(text).count(), text).toBe(1);
      expect(await bob.messages(text).count(), text).toBe(1);
    }
    expect(await ann.page.locator('.message:not([data-delivery=delivered])').count()).toBe(0);
    await bob.openRoom('random');
    await bob.sees('in the other room');
  });

  it('sends again by itself what was lost on the way, and shows it as sent only then', async () => {
    const ann = await stage.open();
    let isListening = true;
    await ann.page.routeWebSocket('**/ws', (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        if (isListening || !String(frame).startsWith('SEND')) server.send(frame);
      });
    });
    await ann.page.reload();
    await ann.signIn('Ann');
    isListening = false; // what is sent now is lost on the way
    await ann.say('lost?');
    await ann.page.locator('.message[data-delivery=sending]').waitFor();
    await stage.killService();
    await ann.page.locator('.message[data-delivery=interrupted]').waitFor();
    isListening = true;
    await stage.restartService();
    await ann.page.locator('.message[data-delivery=delivered]').waitFor();
    await ann.say('next');
    await ann.page.locator('.message[data-delivery=delivered]').nth(1).waitFor();
    expect(await ann.page.locator('.bubble').allTextContents()).toEqual(['lost?', 'next']);
  });

  it('tells of a payload that the service refuses, and goes on', async () => {
    const ann = await stage.open();
    await ann.page.routeWebSocket('**/ws', (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) =>
        server.send(String(frame).replace('{"content":"bad"}', '{"content":12345}')),
      );
    });
    await ann.page.reload();
    await ann.signIn('Ann');
    await ann.say('bad');
    const toast = ann.page.getByRole('alert', { name: 'Notices' }).getByText(/content/);
    await toast.waitFor();
    await ann.page.getByText(/^Not sent: /).waitFor();
    await stage.picture(ann, 'refused');
    await ann.page.getByRole('button', { name: 'Dismiss' }).click();
    await toast.waitFor({ state: 'detached' });
    await ann.page.getByRole('button', { name: 'Discard' }).click();
    await ann.say('good');
    await ann.sees('good');
    expect(await ann.messages('bad').count()).toBe(0);
  });
});
