// What a message goes out with, and how it is changed and marked later: by the place that the service gave it.
import { expect, it } from 'vitest';
import { initialState, reduce } from '../../../src/web/model/state.ts';
import { Chat } from '../../../src/web/wire/chat.ts';
import { DEFAULT_CONFIG } from '../../../src/web/wire/config.ts';
import { PlainStorage, ScriptedServer } from '../../client/scripted-server.ts';

it('a message goes with what it answers, whom it means and which files it names; changes name it', () => {
  const server = new ScriptedServer();
  let state = initialState(['general']);
  const holder = {
    state: () => state,
    happen: (happening: Parameters<typeof reduce>[1]) => {
      state = reduce(state, happening);
    },
  };
  const parts = { openSession: server.openSession, world: server.world, storage: new PlainStorage() };
  const chat = new Chat(parts, holder, () => DEFAULT_CONFIG);
  chat.signIn({ name: 'Ann', secret: '' });
  server.open();
  const attachments = [{ url: 'https://a.example/', name: 'a' }];
  chat.say('hi @Bob', { replyTo: 'place', mentions: ['Bob'], attachments });
  chat.changes?.react('general', 'place', '👍', true);
  chat.changes?.edit('general', 'place', 'better');
  chat.changes?.delete('general', 'place');
  expect(server.newest.sent.map(({ destination, body }) => [destination, JSON.parse(String(body))])).toEqual([
    ['/app/chat-room/general/send', { content: 'hi @Bob', replyTo: 'place', mentions: ['Bob'], attachments }],
    ['/app/chat-room/general/react', { of: 'place', emoji: '👍', on: true }],
    ['/app/chat-room/general/edit', { of: 'place', content: 'better' }],
    ['/app/chat-room/general/delete', { of: 'place' }],
  ]);
});
