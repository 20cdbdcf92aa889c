// The page's state as a story: what happens, and what is shown then.
import { describe, expect, it } from 'vitest';
import type { LinkPhase } from '../../../src/web/model/link-phase.ts';
import { MAX_ROOMS } from '../../../src/web/model/room-names.ts';
import {
  type ChatState,
  find,
  type Happening,
  initialState,
  MAX_NOTICES,
  reduce,
} from '../../../src/web/model/state.ts';
import { linkWords, pageTitle } from '../../../src/web/model/title.ts';

const link = (phase: LinkPhase, at = 0): Happening => ({ type: 'link', link: phase, at });
const online = (at = 0): Happening => link({ phase: 'online', user: 'Ann' }, at);
const waiting = (at = 0): Happening => link({ phase: 'waiting', attempt: 1, until: at + 900 }, at);
const open = (roomId: string): Happening => ({ type: 'room-opened', roomId, at: 0 });
const delivered = (roomId: string, id: string, sender = 'Bob'): Happening => {
  return { type: 'delivered', message: { id, roomId, sender, content: id, sentAt: 1 } };
};
const told = (...story: Happening[]): ChatState =>
  story.reduce(reduce, initialState(['general', 'random', 'help']));
const texts = (state: ChatState, roomId: string): string[] =>
  (find(state, roomId)?.entries ?? []).map((entry) => (entry.kind === 'note' ? entry.text : entry.content));

const signIn: Happening = { type: 'signed-in', name: 'ann' };

describe('signing in and out', () => {
  it('takes the name that the service gives', () => {
    expect(told(signIn).user).toBe('ann');
    expect(told(signIn, online()).user).toBe('Ann');
  });

  it('notes in every room that it was joined, once', () => {
    expect(texts(told(signIn, online()), 'help')).toEqual(['You joined #help as Ann.']);
  });

  it('leaves nothing behind for the next one, but the rooms that stay on the list', () => {
    const out = (...rooms: string[]): Happening => ({ type: 'signed-out', rooms });
    const before = told(signIn, online(), open('team'), delivered('team', '1'));
    const state = reduce(before, out('general', 'team'));
    expect(state).toMatchObject({ user: undefined, current: 'team', news: [], publicRooms: [] });
    expect(state.rooms.map((room) => [room.roomId, room.entries.length])).toEqual([
      ['general', 0],
      ['team', 0],
    ]);
    expect(reduce(before, out('general')).current).toBe('general');
    expect(reduce(before, out())).toMatchObject({ rooms: [], current: '' });
  });
});

describe('the connection', () => {
  it('is noted when lost and when back, with how long it was away', () => {
    const lost = told(signIn, online(), waiting(1_000));
    expect(texts(lost, 'general').at(-1)).toMatch(/^Connection lost/);
    const connecting = link({ phase: 'connecting', attempt: 1 }, 2_000);
    const back = [connecting, waiting(3_000), online(13_000)].reduce(reduce, lost);
    expect(texts(back, 'general')).toHaveLength(2);
    expect(texts(back, 'general').at(-1)).toMatch(/^Back after 12 seconds/);
  });

  it('that never came up is not noted as lost', () => {
    expect(texts(told(signIn, waiting(), online(5)), 'general')).toEqual(['You joined #general as Ann.']);
  });

  it('is told in words, the countdown only to the eye', () => {
    const phase = { phase: 'waiting', attempt: 1, until: 5_000 } as const;
    expect(linkWords(phase, 1_500)).toEqual({
      short: 'Connection lost, reconnecting',
      counting: 'Reconnecting in 4 s',
    });
    expect(linkWords({ phase: 'connecting', attempt: 0 }, 0).short).toBe('Connecting…');
    expect(linkWords({ phase: 'stopped', reason: 'x' }, 0).short).toBe('Offline');
  });
});

describe('what may be missing', () => {
  const gap: Happening = { type: 'gap', roomId: 'general', at: 5 };

  it('is told in its room, as soon as there is something to be missing from', () => {
    expect(texts(told(signIn, online(), gap), 'general')).toHaveLength(1);
    const state = told(signIn, online(), waiting(1), online(2), gap);
    expect(texts(state, 'general').at(-1)).toBe('Messages may be missing here.');
    expect(texts(state, 'help').at(-1)).toMatch(/^Back after/);
  });
});

describe('rooms', () => {
  it('are joined by opening them, and read', () => {
    const state = told(signIn, online(), delivered('random', '1'), open('random'), open('new-one'));
    expect(state.rooms.map((room) => room.roomId)).toEqual(['general', 'random', 'help', 'new-one']);
    expect(find(state, 'random')?.unread).toBe(0);
    expect(texts(state, 'new-one')).toEqual(['You joined #new-one as Ann.']);
  });

  it('are bounded', () => {
    const many = Array.from({ length: MAX_ROOMS + 3 }, (_, at) => open(`room-${at}`));
    const state = told(...many);
    expect(state.rooms).toHaveLength(MAX_ROOMS);
    expect(find(state, state.current)).toBeDefined();
  });

  it('are left for their neighbour; the last one stays', () => {
    const leave = (roomId: string): Happening => ({ type: 'room-left', roomId });
    expect(told(leave('general')).current).toBe('random');
    expect(told(open('help'), leave('help')).current).toBe('random');
    expect(told(leave('general'), leave('random'), leave('help')).rooms).toHaveLength(1);
    expect(told(leave('nowhere'))).toEqual(told());
  });

  it('that are not joined get no messages', () => {
    expect(told(delivered('elsewhere', '1'))).toEqual(told());
  });
});

describe('unread messages', () => {
  it('are those in other rooms, and all while the page is hidden', () => {
    const hidden: Happening = { type: 'attention', attentive: false };
    const state = told(
      signIn,
      delivered('general', '1'),
      delivered('random', '2'),
      hidden,
      delivered('general', '3'),
    );
    expect([find(state, 'general')?.unread, find(state, 'random')?.unread]).toEqual([1, 1]);
    expect(pageTitle(state)).toBe('(2) #general · stompwire chat');
    const back = reduce(state, { type: 'attention', attentive: true });
    expect(pageTitle(back)).toBe('(1) #general · stompwire chat');
  });

  it('are not the own ones', () => {
    expect(find(told(signIn, delivered('random', '1', 'ann')), 'random')?.unread).toBe(0);
  });
});

describe('own messages', () => {
  const composed: Happening = { type: 'composed', key: 'k', content: 'hi', at: 1 };

  it('belong to the room in which they were written, wherever the reader goes', () => {
    const state = told(signIn, composed, open('random'), { type: 'step', key: 'k', step: 'write' });
    expect(find(state, 'general')?.outgoing).toMatchObject([{ key: 'k', delivery: 'sending' }]);
    expect(find(state, 'random')?.outgoing).toEqual([]);
  });

  it('are discarded by key', () => {
    expect(find(told(composed, { type: 'discarded', key: 'k' }), 'general')?.outgoing).toEqual([]);
  });
});

describe('notices', () => {
  const notice = (key: string, text: string): Happening => ({ type: 'notice', key, text });

  it('are bounded, the same text is shown once, and each can be dismissed', () => {
    const many = Array.from({ length: MAX_NOTICES + 2 }, (_, at) => notice(`${at}`, `text ${at}`));
    expect(told(...many).notices).toHaveLength(MAX_NOTICES);
    expect(told(notice('a', 'same'), notice('b', 'same')).notices).toEqual([{ key: 'b', text: 'same' }]);
    expect(told(notice('a', 'x'), { type: 'notice-dismissed', key: 'a' }).notices).toEqual([]);
  });
});
