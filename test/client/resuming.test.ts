// Subscriptions over many connections: what each asks for, what is told, what comes once.
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientError, SubscribeOptions } from '../../src/client/index.ts';
import { at, PlainStorage, ScriptedServer } from './scripted-server.ts';

const room = '/topic/chat-room/7';
let server: ScriptedServer;
let heard: (string | boolean | ClientError)[];
beforeEach(() => {
  server = new ScriptedServer();
  heard = [];
});

const hearing = (options: SubscribeOptions = {}): SubscribeOptions => ({
  ...options,
  onResume: ({ complete }) => heard.push(complete),
  onRefused: (error) => heard.push(error),
});
const deliver = ({ body }: { body: string }): void => void heard.push(body);
const resumedFrom = (): (string | undefined)[] =>
  server.sessions.flatMap(({ subscribed }) =>
    subscribed.filter(({ destination }) => destination === room).map((headers) => headers['resume-from']),
  );

describe('a subscription', () => {
  it('begins where it was told to, and goes on after the last message', () => {
    server.client().subscribe(room, deliver, hearing({ resumeFrom: 'last-50' }));
    const session = server.open();
    session.confirm(room, 'complete');
    session.message(room, 'one', { 'message-id': at(1) });
    session.message(room, 'two', { 'message-id': at(2) });
    const next = server.reopen();
    next.confirm(room, 'complete');
    next.message(room, 'three', { 'message-id': at(3) });
    expect(resumedFrom()).toEqual(['last-50', at(2)]);
    expect(heard).toEqual([true, 'one', 'two', true, 'three']);
  });

  it('that was told nothing begins with what comes, and resumes all the same', () => {
    server.client().subscribe(room, deliver, hearing());
    server.open().confirm(room);
    server.newest.message(room, 'one', { 'message-id': at(7) });
    server.reopen();
    expect(resumedFrom()).toEqual([undefined, at(7)]);
    expect(heard).toEqual(['one']);
  });

  it('that got nothing yet goes on where the RECEIPT said that it begins', () => {
    server.client().subscribe(room, deliver, hearing({ resumeFrom: 'last-50' }));
    server.open().confirm(room, 'complete', at(0));
    server.reopen().confirm(room, 'complete', at(0));
    server.newest.message(room, 'one', { 'message-id': at(1) });
    server.reopen().confirm(room, 'complete', at(1));
    expect(resumedFrom()).toEqual(['last-50', at(0), at(1)]);
    expect(heard).toEqual([true, true, 'one', true]);
  });

  it('is made while there is a connection, before there is one, and not after its end', () => {
    const client = server.client();
    const early = client.subscribe(room, deliver);
    server.open();
    client.subscribe('/topic/b', deliver);
    expect(server.newest.subscribed.map(({ destination }) => destination)).toEqual([
      '/user/queue/errors',
      room,
      '/topic/b',
    ]);
    early.unsubscribe();
    early.unsubscribe();
    expect([...server.newest.subscriptions.keys()]).toEqual(['sub-0', 'sub-2']);
    server.reopen();
    expect(server.newest.subscribed).toHaveLength(2);
  });

  it('drops what came before, and takes a new epoch for later whatever its seq', () => {
    server.client().subscribe(room, deliver, hearing());
    const session = server.open();
    for (const id of [at(8), at(9), at(9), at(8), at(1, 2), at(9), at(2, 2)])
      session.message(room, id, { 'message-id': id });
    expect(heard).toEqual([at(8), at(9), at(1, 2), at(2, 2)]);
  });

  it('takes messages without a place as they come', () => {
    server.client().subscribe(room, deliver);
    server.open();
    for (const id of ['abc-1', 'abc-1']) server.newest.message(room, id, { 'message-id': id });
    expect(heard).toEqual(['abc-1', 'abc-1']);
  });

  it('to a pattern has no place of its own: it never resumes, and says so', () => {
    const pattern = '/topic/chat-room/*';
    server.client().subscribe(pattern, deliver, hearing());
    server.open().confirm(pattern);
    for (const id of [at(5), 'bbbbbbbbbbbb.1-2', at(6)])
      server.newest.message(pattern, id, { 'message-id': id });
    server.reopen().confirm(pattern);
    expect(server.newest.of(pattern).headers).not.toHaveProperty('resume-from');
    expect(heard).toEqual([at(5), 'bbbbbbbbbbbb.1-2', at(6), false]);
  });
});

describe('a gap', () => {
  it('of the RECEIPT is told once, before what is left', () => {
    server.client().subscribe(room, deliver, hearing());
    server.open().confirm(room);
    server.newest.message(room, 'one', { 'message-id': at(1) });
    server.reopen().confirm(room, 'gap');
    server.newest.message(room, 'two', { 'message-id': at(2) }); // what is left of the old epoch
    server.newest.message(room, 'new', { 'message-id': at(1, 2), discontinuity: 'true' });
    server.newest.message(room, 'newer', { 'message-id': at(2, 2) });
    server.newest.message(room, 'newest', { 'message-id': at(9, 3), discontinuity: 'true' });
    expect(heard).toEqual(['one', false, 'two', 'new', 'newer', false, 'newest']);
  });

  it('that shows later is told when it shows', () => {
    server.client().subscribe(room, deliver, hearing());
    server.open().confirm(room);
    server.newest.message(room, 'one', { 'message-id': at(1) });
    server.newest.message(room, 'nine', { 'message-id': at(9), discontinuity: 'true' });
    expect(heard).toEqual(['one', false, 'nine']);
  });

  it('is what a connection without a log leaves each time', () => {
    server.client().subscribe(room, deliver, hearing());
    server.open().confirm(room);
    server.reopen().confirm(room);
    expect(heard).toEqual([false]);
  });
});

describe('a refusal', () => {
  it('of the position: the subscription begins plainly, and tells of the gap', () => {
    server.client().subscribe(room, deliver, hearing({ resumeFrom: 'last-5' }));
    server.open().refuse(room, 'bad-resume');
    server.newest.confirm(room);
    server.reopen();
    server.newest.message(room, 'one', { 'message-id': at(1) });
    server.reopen();
    expect(resumedFrom()).toEqual(['last-5', undefined, undefined, at(1)]);
    expect(heard).toEqual([false, 'one']);
  });

  it('for a position that a server forgot lets lower ones count again', () => {
    server.client().subscribe(room, deliver, hearing());
    server.open().message(room, 'old', { 'message-id': at(9) });
    server.reopen().refuse(room, 'bad-resume');
    server.newest.confirm(room);
    server.newest.message(room, 'new', { 'message-id': at(1) });
    expect(heard).toEqual(['old', false, 'new']);
  });

  it('in the middle: it asks again, once from the same place and then plainly', () => {
    server.client().subscribe(room, deliver, hearing());
    server.open().message(room, 'one', { 'message-id': at(1) });
    server.newest.refuse(room, 'resume-broken');
    server.newest.refuse(room, 'resume-broken');
    expect(resumedFrom()).toEqual([undefined, at(1), undefined]);
  });

  it('that passes is waited for, as long as the server says', () => {
    server.client().subscribe(room, deliver, hearing({ resumeFrom: 'first' }));
    server.open().refuse(room, 'history-unavailable', { 'retry-after': '5000' });
    expect(resumedFrom()).toEqual(['first']);
    expect(server.wait).toBe(5_000 + 1_000);
    server.ring();
    expect(resumedFrom()).toEqual(['first', 'first']);
    server.newest.refuse(room, 'history-unavailable');
    server.newest.end();
    expect(server.timers).toHaveLength(1); // to connect
  });

  it('of any other kind is told, and not asked for again before the next connection', () => {
    server.client().subscribe(room, deliver, hearing());
    server.open().refuse(room, 'denied');
    expect(heard).toMatchObject([{ code: 'denied', message: 'it is denied' }]);
    expect(server.timers).toEqual([]);
    server.reopen();
    expect(resumedFrom()).toHaveLength(2);
  });
});

describe('over page loads', () => {
  const load = (storage: PlainStorage, options: SubscribeOptions = {}): void => {
    server.client({ storage }).subscribe(room, deliver, { resumeFrom: 'last-50', ...options });
    server.open();
  };

  it('the position is remembered', () => {
    const storage = new PlainStorage();
    load(storage);
    server.newest.message(room, 'one', { 'message-id': at(1) });
    load(storage);
    server.newest.refuse(room, 'bad-resume');
    load(storage);
    expect(resumedFrom()).toEqual(['last-50', at(1), undefined, 'last-50']);
  });

  it('it is not, where the application does not want it', () => {
    const storage = new PlainStorage();
    load(storage, { remember: false });
    server.newest.message(room, 'one', { 'message-id': at(1) });
    load(storage);
    expect(resumedFrom()).toEqual(['last-50', 'last-50']);
    expect(storage.texts.size).toBe(0);
  });

  it('nothing is lost but that when the storage fails', () => {
    const full = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const storage = Object.assign(new PlainStorage(), { getItem: full, setItem: full });
    load(storage);
    server.newest.message(room, 'one', { 'message-id': at(1) });
    expect(heard).toEqual(['one']);
  });
});
