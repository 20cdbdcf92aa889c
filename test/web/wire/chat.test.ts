// The chat over a session: which rooms are subscribed, what is sent when, and what answers do.
import { beforeEach, describe, expect, it } from 'vitest';
import { type ChatState, find, initialState, reduce } from '../../../src/web/model/state.ts';
import { Chat, RECEIPT_TIMEOUT } from '../../../src/web/wire/chat.ts';
import { DEFAULT_CONFIG } from '../../../src/web/wire/config.ts';
import { StillWorld } from './still-world.ts';

let world: StillWorld;
let state: ChatState;
let chat: Chat;

beforeEach(() => {
  world = new StillWorld();
  state = initialState(['general', 'random']);
  const holder = {
    state: () => state,
    happen: (happening: Parameters<typeof reduce>[1]) => {
      state = reduce(state, happening);
    },
  };
  chat = new Chat(world, holder, () => DEFAULT_CONFIG);
  chat.signIn('Ann');
});

const goOnline = (): void => world.newest.events.opened('Ann');
const lose = (): void => world.newest.events.ended({ code: 1006, error: undefined });
const destinations = (): string[] => [...world.newest.subscriptions.keys()];
const bodies = (): string[] => world.newest.sent.map(({ body }) => JSON.parse(body).content);
const deliveries = (roomId = 'general') => find(state, roomId)!.outgoing.map((out) => out.delivery);

describe('the subscriptions', () => {
  it('are the errors and every room, as soon as there is a session', () => {
    expect(destinations()).toEqual([]);
    goOnline();
    expect(destinations()).toEqual([
      '/user/queue/errors',
      '/topic/chat-room/general',
      '/topic/chat-room/random',
    ]);
  });

  it('follow the room list', () => {
    goOnline();
    chat.openRoom('team');
    chat.openRoom('team');
    chat.leaveRoom('random');
    expect(destinations().slice(1)).toEqual(['/topic/chat-room/general', '/topic/chat-room/team']);
  });

  it('are made anew in the next session', () => {
    goOnline();
    chat.openRoom('team');
    lose();
    world.ring();
    goOnline();
    expect(destinations()).toHaveLength(4);
  });
});

describe('a message', () => {
  it('is sent to its room with its key as the receipt id', () => {
    goOnline();
    chat.say('hi');
    const [{ key } = { key: '' }] = find(state, 'general')!.outgoing;
    expect(world.newest.sent).toEqual([
      { destination: '/app/chat-room/general/send', body: '{"content":"hi"}', receiptId: key },
    ]);
    world.newest.events.receipt(key);
    expect(deliveries()).toEqual(['confirmed']);
    expect(world.timers).toEqual([]);
  });

  it('written without a connection is sent once when there is one, in order, to the room it was written in', () => {
    chat.say('one');
    chat.openRoom('random');
    chat.say('two');
    goOnline();
    chat.openRoom('general');
    chat.say('three');
    expect(bodies()).toEqual(['one', 'two', 'three']);
    expect(world.newest.sent[1]?.destination).toBe('/app/chat-room/random/send');
  });

  it('that was sent before the loss is not sent again by itself, for it may have arrived', () => {
    goOnline();
    chat.say('hi');
    lose();
    world.ring(); // the next attempt
    goOnline();
    expect(bodies()).toEqual([]);
    expect(deliveries()).toEqual(['unconfirmed']);
    chat.retry(find(state, 'general')!.outgoing[0]!.key);
    expect(bodies()).toEqual(['hi']);
  });

  it('of which nothing is heard becomes unconfirmed', () => {
    goOnline();
    chat.say('hi');
    expect(world.nextAt).toBe(RECEIPT_TIMEOUT);
    world.ring();
    expect(deliveries()).toEqual(['unconfirmed']);
  });

  it('that is refused fails with the reason, and the reader is told', () => {
    goOnline();
    chat.say('hi');
    const body = '{"code":"payload-invalid","message":"content is too long"}';
    const headers = { 'receipt-id': find(state, 'general')!.outgoing[0]!.key };
    world.newest.subscriptions.get('/user/queue/errors')?.({ body, headers });
    expect(find(state, 'general')!.outgoing).toMatchObject([
      { delivery: 'failed', reason: 'content is too long' },
    ]);
    expect(state.notices.map((notice) => notice.text)).toEqual(['content is too long']);
    expect(world.timers).toEqual([]);
  });

  it('that an ERROR names has failed, not just been lost sight of', () => {
    goOnline();
    chat.say('hi');
    world.newest.events.refused(find(state, 'general')!.outgoing[0]!.key, 'frame too large');
    world.newest.events.ended({ code: 1009, error: 'frame too large' });
    expect(deliveries()).toEqual(['failed']);
    expect(state.link.phase).toBe('waiting');
  });

  it('that comes in is shown, and one that cannot be read does no harm', () => {
    goOnline();
    const arrived = world.newest.subscriptions.get('/topic/chat-room/general')!;
    arrived({ body: 'nonsense', headers: {} });
    const message = {
      id: '1',
      roomId: 'general',
      sender: 'Bob',
      content: 'hi',
      sentAt: '2026-03-05T12:00:00Z',
    };
    arrived({ body: JSON.stringify(message), headers: {} });
    expect(find(state, 'general')!.entries.filter((entry) => entry.kind === 'message')).toHaveLength(1);
  });
});

describe('signing out', () => {
  it('closes the session and sends nothing any more', () => {
    goOnline();
    const session = world.newest;
    chat.signOut();
    chat.say('hi');
    expect(session.isClosed).toBe(true);
    expect(session.sent).toEqual([]);
    expect(state.user).toBeUndefined();
  });
});
