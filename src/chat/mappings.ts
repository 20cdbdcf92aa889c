// The chat's `/app` handlers: what is sent to a room becomes a message of the room.
import type { Server } from '../index.ts';
import type { RoomAccess } from './access.ts';
import { messageOf, Post, saidOf } from './message.ts';
import type { Messages } from './messages.ts';
import { checkedRoomId, type Rooms } from './rooms.ts';

/** Who may do what in which room. */
export interface RoomParts {
  readonly access: RoomAccess;
  readonly rooms: Rooms;
  readonly messages: Messages;
}

/** The room behind Spring's usual first example: `/app/chat.sendMessage`, `/topic/public`. */
const publicRoom = 'public';

/** Registers the handlers, and keeps clients from writing to rooms past them. */
export function addMappings(
  { app, rules, policies, config }: Pick<Server, 'app' | 'rules' | 'policies' | 'config'>,
  { access, messages }: Pick<RoomParts, 'access' | 'messages'>,
): void {
  const topic = topicOf(config.brokerPrefixes);
  // behind those of the options: where one of these matches, it decides
  policies.add({ pattern: `${topic}/chat-room/*` }).add({ pattern: `${topic}/${publicRoom}` });
  const reason = `messages of a room are sent to ${config.appPrefix}/chat-room/{roomId}/send`;
  rules.deny.send(`${topic}/chat-room/**`, reason);
  rules.deny.send(
    `${topic}/${publicRoom}`,
    `messages of the public room are sent to ${config.appPrefix}/chat.sendMessage`,
  );
  // a pattern over rooms is refused: each is decided for itself
  rules.deny.subscribe(`${topic}/chat-room/{roomId}/**`, {
    when: ({ params, user }) => access.assertReads(checkedRoomId(params.roomId), user.name).then(() => false),
    reason: 'rooms are subscribed to one by one',
  });
  app.message(
    '/chat-room/{roomId}/send',
    { body: Post, sendTo: `${topic}/chat-room/{roomId}` },
    ({ params, user, body }) => messages.make(params.roomId, user.name, saidOf(body)),
  );
  app.message('/chat.sendMessage', { body: Post, sendTo: `${topic}/${publicRoom}` }, ({ user, body }) =>
    messageOf(publicRoom, user.name, { content: body.content }),
  );
}

/** The prefix under which rooms fan out. */
export function topicOf(brokerPrefixes: readonly string[]): string {
  return brokerPrefixes.find((prefix) => prefix !== '/queue') ?? '/topic';
}
