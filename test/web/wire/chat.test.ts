// The chat over a connection: which rooms are subscribed, what is sent when, and what answers do.
import { beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../src/client/index.ts';
import type { Unsent } from '../../../src/web/model/room-log.ts';
import { type ChatState, find, initialState, reduce } from '../../../src/web/model/state.ts';
import { Chat, PATIENCE } from '../../../src/web/wire/chat.ts';
import { DEFAULT_CONFIG, type WireConfig } from '../../../src/web/wire/config.ts';
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
