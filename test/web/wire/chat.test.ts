// The chat over a connection: which rooms are subscribed, what is sent when, and what answers do.
import { beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../src/client/index.ts';
import type { Unsent } from '../../../src/web/model/room-log.ts';
import { type ChatState, find, initialState, reduce } from '../../../src/web/model/state.ts';
import { Chat } from '../../../src/web/wire/chat.ts';
import { DEFAULT_CONFIG, type WireConfig } from '../../../src/web/wire/config.ts';
import { PATIENCE } from '../../../src/web/wire/own-messages.ts';
import { PlainStorage, ScriptedServer } from '../../client/scripted-server.ts';

const general = '/topic/chat-room/general';
let config: WireConfig;
let server: ScriptedServer;
let storage: PlainStorage;
let state: ChatState;
let chat: Chat;

/** The page, with nobody signed in; once more: the page loaded anew. */
function load(): void {
  state = initialState(['general', 'random']);
  const holder = {
    state: () => state,
    happen: (happening: Parameters<typeof reduce>[1]) => {
      state = reduce(state, happening);
    },
  };
  chat = new Chat({ openSession: server.openSession, world: server.world, storage }, holder, () => config);
}

beforeEach(() => {
  config = { ...DEFAULT_CONFIG, resume: true };
  server = new ScriptedServer();
  storage = new PlainStorage();
  load();
  chat.signIn({ name: 'Ann', secret: '' });
});

const destinations = (): string[] =>
  [...server.newest.subscriptions.values()].map(({ destination }) => destination);
const sent = () =>
  server.newest.sent.map(({ body, headers }) => [JSON.parse(String(body)).content, headers.receipt]);
const contents = (): unknown[] => sent().map(([content]) => content);
const outgoing = (roomId = 'general') => find(state, roomId)!.outgoing;
const deliveries = (roomId = 'general') => outgoing(roomId).map((out) => out.delivery);
const told = (): string[] =>
  find(state, 'general')!.entries.map((entry) => (entry.kind === 'note' ? entry.topic : entry.content));
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const said = (content: string, sender = 'Bob', sentAt = 0): string =>
  JSON.stringify({
    id: `${sender} ${content}`,
    roomId: 'general',
    sender,
    content,
    sentAt: new Date(sentAt).toISOString(),
  });

describe('the subscriptions', () => {
  it('are the errors and every room with its newest messages, as soon as there is a session', () => {
    expect(destinations()).toEqual([]);
    const session = server.open();
    expect(destinations()).toEqual(['/user/queue/errors', general, '/topic/chat-room/random']);
    expect(session.of(general).headers['resume-from']).toBe('last-50');
  });

  it('ask for nothing of before where nothing is kept', () => {
    config = DEFAULT_CONFIG;
    chat.signIn({ name: 'Ann', secret: '' });
    expect(server.open().of(general).headers).not.toHaveProperty('resume-from');
  });

  it('follow the room list, and are made anew in the next session', () => {
    server.open();
    chat.openRoom('team');
    chat.openRoom('team');
    chat.leaveRoom('random');
    expect(destinations().slice(1)).toEqual([general, '/topic/chat-room/team']);
    server.reopen();
    expect(destinations().slice(1)).toEqual([general, '/topic/chat-room/team']);
  });

  it('show what is missing after a loss, and nothing where nothing is', () => {
    server.open().confirm(general, 'complete');
    server.newest.message(general, said('one'), { 'message-id': 'aaaaaaaaaaaa.1-1' });
    expect(server.reopen().of(general).headers['resume-from']).toBe('aaaaaaaaaaaa.1-1');
    server.newest.confirm(general, 'complete');
    expect(told()).toEqual(['joined', 'one', 'back']);
    server.reopen().confirm(general, 'gap');
    expect(told()).toEqual(['joined', 'one', 'back', 'gap']);
  });

  it('say nothing of what may be missing in a room of which nothing was shown', () => {
    server.open().confirm(general, 'gap');
    expect(told()).toEqual(['joined']);
  });
});

describe('a message', () => {
  it('is sent to its room with its key, and is sent only when its RECEIPT comes', async () => {
    server.open();
    chat.say('hi');
    const [{ key } = { key: '' }] = outgoing();
    expect(server.newest.sent).toEqual([
      {
        destination: '/app/chat-room/general/send',
        body: '{"content":"hi"}',
        headers: { 'content-type': 'application/json', 'idempotency-key': key, receipt: key },
      },
    ]);
    expect(deliveries()).toEqual(['sending']);
    server.newest.receipt(key);
    await settled();
    expect(deliveries()).toEqual(['confirmed']);
  });

  it('written without a connection is sent once when there is one, in order, to the room it was written in', () => {
    chat.say('one');
    chat.openRoom('random');
    chat.say('two');
    expect(deliveries()).toEqual(['queued']);
    server.open();
    chat.openRoom('general');
    chat.say('three');
    expect(contents()).toEqual(['one', 'two', 'three']);
    expect(server.newest.sent[1]?.destination).toBe('/app/chat-room/random/send');
    expect(deliveries()).toEqual(['sending', 'sending']);
  });

  it('without a RECEIPT is sent again after a loss, under its key', () => {
    server.open();
    chat.say('hi');
    const before = sent();
    server.newest.end();
    expect(deliveries()).toEqual(['interrupted']);
    server.ringUntilConnecting();
    server.open();
    expect(sent()).toEqual(before);
    expect(deliveries()).toEqual(['sending']);
  });

  it('is not sent again by itself where the service knows no keys', async () => {
    config = DEFAULT_CONFIG;
    chat.signIn({ name: 'Ann', secret: '' });
    server.open();
    chat.say('hi');
    server.reopen();
    await settled();
    expect(contents()).toEqual([]);
    expect(deliveries()).toEqual(['unconfirmed']);
    chat.retry(outgoing()[0]!.key);
    expect(contents()).toEqual(['hi']);
  });

  it('of which nothing is heard becomes unconfirmed, one that never left has failed', async () => {
    server.open();
    chat.say('hi');
    server.ring();
    await settled();
    expect([server.time, deliveries()]).toEqual([PATIENCE, ['unconfirmed']]);
    server.newest.end(1008);
    chat.say('later');
    server.ring();
    await settled();
    expect(deliveries()).toEqual(['unconfirmed', 'failed']);
  });

  it('that is refused fails with the reason, and the reader is told', async () => {
    server.open();
    chat.say('hi');
    server.newest.tell('payload-invalid', { 'receipt-id': outgoing()[0]!.key });
    await settled();
    expect(outgoing()).toMatchObject([{ delivery: 'failed', reason: 'it is payload-invalid' }]);
    expect(state.notices.map((notice) => notice.text)).toEqual(['it is payload-invalid']);
  });

  it('that an ERROR names has failed, and is not sent again', async () => {
    server.open();
    chat.say('hi');
    const error = new ClientError('frame-too-large', 'frame too large');
    server.newest.events.refused(outgoing()[0]!.key, error);
    server.newest.end(1009, error);
    await settled();
    expect(deliveries()).toEqual(['failed']);
    expect(state.link.phase).toBe('waiting');
    expect(state.notices).toHaveLength(1);
  });

  it('that comes in is shown, and one that cannot be read does no harm', () => {
    server.open();
    server.newest.message(general, 'nonsense');
    server.newest.message(general, said('hi'));
    expect(told()).toEqual(['joined', 'hi']);
  });
});

describe('a page that is loaded anew', () => {
  const mine: Unsent = { key: 'mine', roomId: 'general', content: 'hi', composedAt: 1_000 };

  it('goes on with what was not confirmed, under its key and as its guest', async () => {
    server.open({ 'client-token': 'a-token' });
    load();
    server.time = 2_000;
    chat.signIn({ name: 'Ann', secret: '' }, [mine]);
    expect(deliveries()).toEqual(['interrupted']);
    expect(await server.newest.connect).toEqual({ login: 'Ann', 'client-token': 'a-token' });
    server.open();
    expect(sent()).toEqual([['hi', 'mine']]);
    server.newest.message(general, said('hi', 'Ann', 1_500)); // it was published before
    expect(deliveries()).toEqual([]);
    expect(told().filter((one) => one === 'hi')).toHaveLength(1);
  });

  it.each([
    ['too old to be known', true, PATIENCE + 1_000],
    ['not known to the service', false, 2_000],
  ])('leaves to its author what is %s', (_why, resume, now) => {
    config = { ...DEFAULT_CONFIG, resume };
    load();
    server.time = now;
    chat.signIn({ name: 'Ann', secret: '' }, [mine]);
    server.open();
    expect(contents()).toEqual([]);
    expect(deliveries()).toEqual(['unconfirmed']);
  });
});

describe('rooms that the service tells of', () => {
  const changes = '/user/queue/room-changes';
  const news = (what: string, roomId: string, by = 'kim', role?: string): string =>
    JSON.stringify({ what, by, role, room: { id: roomId, name: roomId, kind: 'private' } });
  const rooms = (): string[] => state.rooms.map(({ roomId }) => roomId);
  const notices = (): string[] => state.notices.map(({ text }) => text);

  beforeEach(() => {
    const features = ['rooms', 'presence', 'notifications'] as const;
    config = { ...config, open: false, awayAfter: 10, features: new Set(features) };
    state = initialState([]);
    chat.signIn({ name: 'Ann', secret: '' });
    server.open();
  });

  it('come by invitation, are heard from then on, and go with who is sent out, said once', () => {
    server.newest.message(changes, news('joined', 'plans', 'kim', 'member'));
    expect([rooms(), notices()]).toEqual([['plans'], ['kim invited you to #plans.']]);
    expect(destinations()).toContain('/topic/chat-room/plans');
    const { id } = server.newest.of('/topic/chat-room/plans').headers;
    server.newest.message(changes, news('left', 'plans'));
    server.newest.tell('no-access', { 'subscription-id': id! });
    expect(destinations()).not.toContain('/topic/chat-room/plans');
    expect([rooms(), notices()]).toEqual([
      [],
      ['kim invited you to #plans.', 'kim removed you from #plans.'],
    ]);
  });

  it('that were lost without a connection are told of with the next one', () => {
    server.newest.message('/app/chat-rooms/mine', '{"items":[{"id":"a"},{"id":"b"}]}');
    server.reopen();
    server.newest.message('/app/chat-rooms/mine', '{"items":[{"id":"b"}]}');
    expect([rooms(), notices()]).toEqual([['b'], ['You are no longer in #a.']]);
    server.newest.message('/app/chat-rooms/mine', '{"items":[],"next":"more"}');
    expect(rooms()).toEqual(['b']);
  });

  it('that one leaves oneself are not lost again when they were entered anew meanwhile', async () => {
    config = { ...config, open: true };
    state = initialState(['a', 'b']);
    chat.signIn({ name: 'Ann', secret: '' });
    server.open();
    chat.leaveRoom('a');
    chat.openRoom('a');
    server.newest.message(changes, news('left', 'a', 'Ann'));
    for (const { headers } of server.newest.sent) server.newest.receipt(headers.receipt!);
    await settled();
    expect([rooms(), notices()]).toEqual([['b', 'a'], []]);
    server.newest.message(changes, news('left', 'a', 'Ann')); // on another device
    expect([rooms(), notices()]).toEqual([['b'], []]);
  });

  it('do no harm with bodies that cannot be read', () => {
    for (const body of ['', '[]', '{"what":"joined"}', '{"what":"gone","by":"kim","room":{"id":"x"}}'])
      server.newest.message(changes, body);
    for (const body of ['', '{"items":7}', '{"items":[{"name":"x"}]}'])
      server.newest.message('/app/chat-rooms/mine', body);
    for (const body of ['', '{}', '{"id":1,"roomId":"a","sender":"b"}'])
      server.newest.message('/user/queue/notifications', body);
    expect([rooms(), state.news]).toEqual([[], []]);
  });

  it('are notified of: by the service, and by the page when somebody is meant who looks elsewhere', () => {
    server.newest.message('/app/chat-rooms/mine', '{"items":[{"id":"a"},{"id":"b"}]}');
    chat.shown(state);
    const kept = { id: '1', roomId: 'b', sender: 'kim', preview: 'hi', mentioned: true, sentAt: 'never' };
    server.newest.message('/user/queue/notifications', JSON.stringify(kept));
    const message = (id: string, roomId: string, mentions?: string[], sender = 'kim'): void =>
      server.newest.message(
        `/topic/chat-room/${roomId}`,
        JSON.stringify({
          id,
          roomId,
          sender,
          content: id,
          sentAt: new Date(5).toISOString(),
          mentions,
        }),
      );
    message('1', 'b', ['Ann']); // the same
    message('2', 'b');
    message('3', 'a', ['Ann']); // is looked at
    message('4', 'b', ['Ann', 'lee']);
    message('5', 'b', ['Ann'], 'Ann'); // her own
    expect(state.news.map(({ id }) => id)).toEqual(['4', '1']);
  });

  it('say whether somebody looks at the page, once each time that changes or they do something there', () => {
    const said = (): unknown[] =>
      server.newest.sent.filter(({ destination }) => destination === '/app/presence').map(({ body }) => body);
    const look = (attentive: boolean): void => {
      state = reduce(state, { type: 'attention', attentive });
      chat.shown(state);
      chat.shown(state);
    };
    look(true);
    expect(said()).toEqual([]);
    look(false);
    look(true);
    server.time += 10;
    chat.active();
    look(false);
    chat.active();
    const [away, online] = ['{"state":"away"}', '{"state":"online"}'];
    expect(said()).toEqual([away, online, online, away]);
    for (const { headers } of server.newest.sent) server.newest.receipt(headers.receipt!);
    server.newest.end();
    chat.shown(state);
    server.ringUntilConnecting();
    server.open();
    chat.shown(state);
    expect(said()).toEqual([away]); // to the new session
    chat.signOut();
    chat.active();
    expect(said()).toEqual([away]);
  });
});

describe('being signed in', () => {
  it.each([
    ['authentication-failed', 'The service does not know this name with this passcode.'],
    ['credentials-expired', 'Your sign-in has expired. Please sign in again.'],
    ['ended-by-application', 'Your session was ended: closed for today'],
  ])('ends with %s, and says so', (code, text) => {
    config = { ...config, signIn: 'passcode' };
    server.newest.end(1008, new ClientError(code, 'closed for today'));
    expect(state).toMatchObject({ user: undefined, refusal: text });
  });

  it('ends otherwise for who was let in before', () => {
    server.open();
    server.newest.end();
    server.ringUntilConnecting();
    server.newest.end(1008, new ClientError('authentication-failed', 'no'));
    expect(state.refusal).toBe('The service no longer accepts your sign-in. Please sign in again.');
  });

  it('leaves no room of one’s own to the next one, and after a refusal those of before', () => {
    const direct = 'direct-abcdefghijklmnopqrstuvwxyz0';
    state = reduce(state, {
      type: 'rooms-told',
      mine: [
        { roomId: 'team', name: 'team' },
        { roomId: direct, name: 'x', kind: 'direct', with: 'kim' },
      ],
    });
    const rooms = (): string[] => state.rooms.map(({ roomId }) => roomId);
    server.newest.end(1008, new ClientError('authentication-failed', 'no'));
    expect(rooms()).toEqual(['general', 'random', 'team']);
    chat.signIn({ name: 'Ann', secret: '' });
    chat.signOut();
    expect(rooms()).toEqual(['general', 'random', 'help']);
  });
});

describe('signing out', () => {
  it('closes the session and sends nothing any more', async () => {
    const session = server.open();
    chat.say('before');
    chat.signOut();
    chat.say('hi');
    await settled();
    expect(session.isClosed).toBe(true);
    expect(contents()).toEqual(['before']);
    expect(state).toMatchObject({ user: undefined, link: { phase: 'idle' }, notices: [] });
    expect(server.timers).toEqual([]);
  });
});
