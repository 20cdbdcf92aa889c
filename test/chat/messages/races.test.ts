// What comes between the steps of a change: a deletion, or a message that is said while changes are gathered.
import { afterEach, expect, it } from 'vitest';
import { RoomAccess } from '../../../src/chat/access.ts';
import type { ChatMessage } from '../../../src/chat/message.ts';
import { Changes } from '../../../src/chat/messages/changes.ts';
import { Gathering } from '../../../src/chat/messages/gathering.ts';
import { Pace } from '../../../src/chat/messages/pace.ts';
import { MemoryRepository } from '../../../src/chat/repositories/memory.ts';
import { createServer, type HistoryAsked, type Server } from '../../../src/index.ts';

const topic = '/topic/chat-room/r';
const destinationOf = (): string => topic;
let server: Server;

async function begin() {
  const options = { port: 0, stompPort: 'off', logLevel: 'silent', logged: ['/topic/chat-room/*'] } as const;
  server = createServer({ ...options, logged: [...options.logged] });
  await server.start();
  const repository = new MemoryRepository();
  const room = { id: 'r', name: 'r', kind: 'public', createdAt: 1, createdBy: 'kim' } as const;
  await repository.rooms.create(room, [{ roomId: 'r', user: 'kim', role: 'owner', joinedAt: 1 }]);
  const access = new RoomAccess({ repository, open: false, keeps: 1000, now: () => 0 });
  const changesWith = (between: (message: ChatMessage) => Promise<void>): Changes => {
    const gathering = new Gathering({
      shelf: () => repository.changes,
      history: server.history,
      destinationOf,
    });
    const publish = (async (destination: string, message: ChatMessage, asked: object) => {
      await between(message);
      return server.publish(destination, message, asked);
    }) as Server['publish'];
    const parts = { access, gathering, pace: new Pace(0, 1, () => 0), destinationOf };
    return new Changes({ ...parts, server: { publish, history: server.history } });
  };
  const said = { id: 'x', roomId: 'r', sender: 'kim', content: 'word', messageType: 'MESSAGE' };
  const { messageId } = await server.publish(topic, said, { sender: 'kim' });
  return { repository, changesWith, of: messageId! };
}

afterEach(() => server.close());

it('an edit that a deletion overtook leaves nothing of itself', async () => {
  const { changesWith, of } = await begin();
  const other = changesWith(async () => {});
  const overtaken = changesWith(async ({ messageType }) => {
    if (messageType === 'EDIT') await other.delete('r', 'kim', of);
  });
  await expect(overtaken.edit('r', 'kim', { of, content: 'leaked' })).rejects.toThrow(/was deleted/);
  const { messages } = await server.history.page(topic, { limit: 10 });
  expect(messages).toHaveLength(3);
  expect(messages.map(({ body }) => String(body)).join()).not.toMatch(/leaked|word/);
});

it('what is published while changes are gathered is seen by who asks then', async () => {
  const { repository, changesWith, of } = await begin();
  let pass: () => void = () => {};
  let reading = 0;
  const page = async (destination: string, asked?: HistoryAsked) => {
    const found = await server.history.page(destination, asked);
    if (++reading === 1)
      await new Promise<void>((resolve) => {
        pass = resolve;
      });
    return found;
  };
  const history = {
    page,
    top: (destination: string) => server.history.top(destination),
    numberOf: (...named: [string, string]) => server.history.numberOf(...named),
  };
  const gathering = new Gathering({ shelf: () => repository.changes, history, destinationOf });
  const number = server.history.numberOf(topic, of);
  const early = gathering.of('r', [number]);
  await expect.poll(() => reading).toBe(1);
  await changesWith(async () => {}).react('r', 'kim', { of, emoji: '👍', on: true });
  const late = gathering.of('r', [number]);
  pass();
  await early;
  // by another gathering the change is on the shelf; what counts is that this one went on to the end of the log
  await late;
  expect(reading).toBeGreaterThanOrEqual(2);
  expect((await late)[0]?.reactions).toEqual([{ emoji: '👍', count: 1, users: ['kim'], mine: false }]);
});

it('the mark follows what is said, whether anybody reads it or not', async () => {
  const { repository } = await begin();
  const gathering = new Gathering({
    shelf: () => repository.changes,
    history: server.history,
    destinationOf,
  });
  let last = 0;
  for (let n = 0; n < 600; n++) {
    last = (await server.publish(topic, `${n}`, {})).number!;
    gathering.said('r');
  }
  await expect.poll(() => repository.changes.through('r')).toBeGreaterThan(last - 200);
});
