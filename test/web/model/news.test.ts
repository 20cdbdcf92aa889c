// What somebody was notified of: once per message, newest first, gone when the room is looked at, wherever.
import { describe, expect, it } from 'vitest';
import { MAX_NEWS, type News, noted } from '../../../src/web/model/news.ts';
import { type ChatState, type Happening, initialState, reduce } from '../../../src/web/model/state.ts';
import { pageTitle } from '../../../src/web/model/title.ts';

const one = (id: string, roomId = 'random'): News => {
  return { id, roomId, sender: 'kim', preview: id, mentioned: false, sentAt: 0 };
};
const note = (id: string, roomId?: string): Happening => ({ type: 'noted', news: one(id, roomId) });
const signIn: Happening = { type: 'signed-in', name: 'lee' };
const after = (...story: Happening[]): ChatState =>
  [signIn, ...story].reduce(reduce, initialState(['general', 'random']));
const ids = (...story: Happening[]): string[] => after(...story).news.map(({ id }) => id);

describe('notifications', () => {
  it('are there once each, newest first, and not too many', () => {
    expect(ids(note('1'), note('2'), note('1'))).toEqual(['2', '1']);
    const many = Array.from({ length: MAX_NEWS + 5 }, (_, at) => one(String(at)));
    expect(many.reduce<readonly News[]>(noted, [])).toHaveLength(MAX_NEWS);
  });

  it('go when their room is opened, looked at again, or read on another device', () => {
    const both = [note('1'), note('2', 'elsewhere')];
    expect(ids(...both, { type: 'room-opened', roomId: 'random', at: 0 })).toEqual(['2']);
    const away: Happening = { type: 'attention', attentive: false };
    expect(ids(away, note('g', 'general'), { type: 'attention', attentive: true })).toEqual([]);
    const told = (unread: number): Happening => ({
      type: 'unread-told',
      roomId: 'random',
      unread,
      more: false,
    });
    expect(ids(...both, told(1))).toEqual(['2', '1']);
    expect(ids(...both, told(0))).toEqual(['2']);
    expect(ids(...both, { type: 'news-cleared' })).toEqual([]);
    expect(ids(...both, { type: 'signed-out', rooms: [] })).toEqual([]);
  });

  it('are none of what is being read', () => {
    expect(ids(note('g', 'general'))).toEqual([]);
  });

  it('count in the title of the page where nothing else counts them', () => {
    expect(pageTitle(after(note('1'), note('2', 'elsewhere')))).toBe('(1) #general · stompwire chat');
  });
});
