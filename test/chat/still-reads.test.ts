// Whoever was sent out hears nothing more, also where the news of it came past a subscription.
import { afterEach, describe, expect, it } from 'vitest';
import { RoomAccess } from '../../src/chat/access.ts';
import { installChat } from '../../src/chat/chat.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import { StillReads } from '../../src/chat/still-reads.ts';
import { startTestApp, type TestApp, type TestClient } from '../../src/testing.ts';

const open: TestApp[] = [];
const room = '/topic/chat-room/r';

afterEach(async () => {
  await Promise.all(open.splice(0).map((kit) => kit.close()));
});

interface Chat {
  readonly kit: TestApp;
  readonly repository: MemoryRepository;
  readonly kim: TestClient;
  readonly lee: TestClient;
}

async function chat(): Promise<Chat> {
  const repository = new MemoryRepository();
  const kit = await startTestApp((server) => installChat(server, { repository }), {
    options: { rooms: 'members', systemMessages: 'off' },
  });
  open.push(kit);
  const [kim, lee] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
  await kim.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
  await kim.send('/app/chat-room/r/invite', { user: 'lee' });
  return { kit, repository, kim, lee };
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** The next question about the role of somebody is answered when it is let go; what is answered was true before. */
function slowRole(repository: MemoryRepository, user: string): { asked: Promise<void>; letGo(): void } {
  const { roleOf } = repository.members;
  const [asked, gone] = [gate(), gate()];
  const slow: typeof roleOf = async (roomId, who) => {
    const role = await roleOf(roomId, who);
    if (who !== user) return role;
    Object.assign(repository.members, { roleOf });
    asked.open();
    await gone.opened;
    return role;
  };
  Object.assign(repository.members, { roleOf: slow });
  return { asked: asked.opened, letGo: gone.open };
}

describe('who is sent out', () => {
  it('is refused, though a SUBSCRIBE was on its way that was still allowed', async () => {
    const { repository, kim, lee } = await chat();
    const slow = slowRole(repository, 'lee');
    const subscribing = lee.subscribe(room);
    await slow.asked;
    await kim.send('/app/chat-room/r/remove', { user: 'lee' });
    slow.letGo();
    await expect(subscribing).rejects.toMatchObject({ code: 'no-access' });
  });

  it('says nothing more, though a SEND was on its way that was still allowed', async () => {
    const { repository, kim, lee } = await chat();
    const heard = await kim.subscribe(room);
    const slow = slowRole(repository, 'lee');
    const sending = lee.send('/app/chat-room/r/send', { content: 'a last word' });
    await slow.asked;
    await kim.send('/app/chat-room/r/remove', { user: 'lee' });
    slow.letGo();
    await expect(sending).rejects.toMatchObject({ code: 'no-access' });
    await heard.expectNothing();
  });

  it('is cut when the node is back that did not hear of it; who stays hears on', async () => {
    const { kit, repository, kim, lee } = await chat();
    const own = await kim.subscribe(room);
    const [heard, typing] = [await lee.subscribe(room), await lee.subscribe(`${room}/typing`)];
    await repository.members.remove('r', 'lee'); // on another node, from which this one was away
    kit.server.nodes.returned();
    const told = [await lee.errors.next(), await lee.errors.next()];
    expect(told.map(({ headers }) => headers['subscription-id']).sort()).toEqual(
      [heard.id, typing.id].sort(),
    );
    await kim.send('/app/chat-room/r/send', { content: 'among us' });
    expect((await own.next()).body).toMatchObject({ content: 'among us' });
    await heard.expectNothing();
  });
});

describe('a subscription that holds', () => {
  /** Subscriptions to rooms, of whom it is said only when they hold whether they may be. */
  async function judged(reads: () => Promise<boolean>): Promise<TestClient> {
    const access = { of: async () => ({ reads: await reads() }) as never, forgetAll: () => {} };
    const kit = await startTestApp((server) => void new StillReads({ server, access, again: 5 }));
    open.push(kit);
    return kit.connect({ login: 'lee' });
  }

  it('ends when it may not be by then', async () => {
    const lee = await judged(async () => false);
    const heard = await lee.subscribe(room);
    const told = await lee.errors.next();
    expect(told.headers['subscription-id']).toBe(heard.id);
    expect(told.body).toMatchObject({ code: 'no-access' });
  });

  it('is asked about again until that can be answered', async () => {
    const answers = [Promise.reject(new Error('away')), Promise.reject(new Error('away'))];
    for (const one of answers) one.catch(() => {});
    const lee = await judged(() => answers.shift() ?? Promise.resolve(false));
    await lee.subscribe(room);
    expect((await lee.errors.next()).body).toMatchObject({ code: 'no-access' });
    expect(answers).toEqual([]);
  });

  it('of what is no room is nobody’s to ask about', async () => {
    const lee = await judged(async () => false);
    await lee.subscribe('/topic/news');
    await lee.errors.expectNothing();
  });
});

describe('an answer about access', () => {
  it('that is outdated before it is there is asked for again', async () => {
    const repository = new MemoryRepository();
    const access = new RoomAccess({ repository, open: false, keeps: 5000, now: () => 0 });
    const [made, joined] = [{ createdAt: 0, createdBy: 'kim' }, { joinedAt: 0 }];
    await repository.rooms.create({ id: 'r', name: 'r', kind: 'private', ...made }, [
      { roomId: 'r', user: 'lee', role: 'member', ...joined },
    ]);
    for (const forget of [
      () => access.forget('r', 'lee'),
      () => access.forget('r'),
      () => access.forgetAll(),
    ]) {
      await repository.members.put({ roomId: 'r', user: 'lee', role: 'member', ...joined }, 10);
      access.forgetAll();
      const slow = slowRole(repository, 'lee');
      const answer = access.of('r', 'lee');
      await slow.asked;
      await repository.members.remove('r', 'lee');
      forget();
      slow.letGo();
      expect((await answer).reads).toBe(false);
    }
  });
});
