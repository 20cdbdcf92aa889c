// Presence over STOMP: the snapshot and what changes it, who is away, who was last there, guests.
import { describe, expect, it } from 'vitest';
import { MemoryRepository } from '../../../src/chat/repositories/memory.ts';
import { ask, body, chat, room, topic } from '../live-chat.ts';

describe('presence', () => {
  it('is a snapshot, and then changes that fit onto it', async () => {
    const kit = await chat();
    const kim = await room(kit);
    const news = await kim.subscribe(`${topic}/presence`);
    expect(await ask(kim, '/app/chat-room/r/presence')).toMatchObject({ count: 0, people: [] });
    await kim.subscribe(topic);
    const first = await body(news);
    expect(first).toMatchObject({ roomId: 'r', count: 1, people: [{ user: 'kim', state: 'online' }] });
    const [laptop, phone] = [await kit.connect({ login: 'lee' }), await kit.connect({ login: 'lee' })];
    const heard = await laptop.subscribe(topic);
    const second = await body(news);
    expect(second).toMatchObject({
      since: first.version,
      count: 2,
      changes: [{ user: 'lee', state: 'online' }],
    });
    expect(await ask(phone, '/app/chat-room/r/presence')).toMatchObject({
      version: second.version,
      count: 2,
    });
    await phone.subscribe(topic);
    await phone.send('/app/presence', { state: 'away' });
    await laptop.unsubscribe(heard);
    const third = await body(news);
    expect(third).toMatchObject({ since: second.version, changes: [{ user: 'lee', state: 'away' }] });
    phone.cut();
    expect(await body(news)).toMatchObject({ count: 1, changes: [{ user: 'lee', state: 'offline' }] });
    await news.expectNothing();
  });

  it('ends for who is sent out, and is told to members only', async () => {
    const kit = await chat();
    const kim = await room(kit);
    const [lee, eve] = [await kit.connect({ login: 'lee' }), await kit.connect({ login: 'eve' })];
    const news = await kim.subscribe(`${topic}/presence`);
    await lee.subscribe(topic);
    await kim.subscribe(topic);
    await body(news, { count: 2 });
    await kim.send('/app/chat-room/r/remove', { user: 'lee' });
    expect(await body(news)).toMatchObject({ changes: [{ user: 'lee', state: 'offline' }] });
    for (const from of [`${topic}/presence`, '/app/chat-room/r/presence', '/app/chat-room/r/unread'])
      await expect(eve.subscribe(from)).rejects.toMatchObject({ code: 'no-access' });
    for (const to of ['typing', 'read'])
      await expect(eve.send(`/app/chat-room/r/${to}`, { number: 1 })).rejects.toMatchObject({
        code: 'no-access',
      });
    await expect(kit.connect({ login: 'z' }).then((z) => z.send(`${topic}/presence`, {}))).rejects.toThrow();
  });

  it('is away where nothing comes from any device for a while, and back with whatever comes', async () => {
    const kit = await chat({ awayAfter: 100 });
    const kim = await room(kit);
    const news = await kim.subscribe(`${topic}/presence`);
    const lee = await kit.connect({ login: 'lee' });
    await lee.subscribe(topic);
    const told = async (state: string): Promise<void> => {
      while (!JSON.stringify(await body(news)).includes(`"state":"${state}"`));
    };
    await told('away');
    let types = true;
    const typing = (async () => {
      while (types) await lee.send('/app/chat-room/r/typing', {});
    })();
    await told('online');
    types = false;
    await typing;
    await told('away');
  });

  it('is away though a page that lies open marks as read what comes in', async () => {
    const kit = await chat({ awayAfter: 100 });
    const kim = await room(kit);
    const news = await kim.subscribe(`${topic}/presence`);
    const lee = await kit.connect({ login: 'lee' });
    await lee.subscribe(topic);
    let marks = true;
    const marking = (async () => {
      while (marks) await lee.send('/app/chat-room/r/read', { number: 1 });
    })();
    while (!JSON.stringify(await body(news)).includes('"state":"away"'));
    marks = false;
    await marking;
  });

  it('knows over a restart when somebody was last there', async () => {
    const repository = new MemoryRepository();
    const first = await chat({ rooms: 'open' }, repository);
    const before = Date.now();
    await first.connect({ login: 'lee' });
    await first.close();
    const later = await chat({ rooms: 'open' }, repository);
    const url = '/api/chat/presence?user=lee&userId=kim';
    const answer = await later.server.http.inject({ url, headers: { host: 'localhost' } });
    const [{ state, lastSeen } = { state: '', lastSeen: '' }] =
      answer.json<{ state: string; lastSeen: string }[]>();
    expect(state).toBe('offline');
    expect(Date.parse(lastSeen)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(lastSeen)).toBeLessThanOrEqual(Date.now());
  });

  it('counts guests by the names they give where rooms are open, and beyond the limit nobody is named', async () => {
    const kit = await chat({ rooms: 'open', presenceNamed: 2 });
    const guests = [await kit.connect(), await kit.connect(), await kit.connect()];
    const news = await guests[0]!.subscribe(`${topic}/presence`);
    for (const guest of guests.slice(0, 2)) await guest.subscribe(topic);
    const named = await body(news, { count: 2 });
    expect(JSON.stringify(named)).toContain('"guest":true');
    await guests[2]!.subscribe(topic);
    const counted = await body(news, { count: 3 });
    expect(Object.keys(counted).sort()).toEqual(['count', 'roomId', 'version']);
  });
});
