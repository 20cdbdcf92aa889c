// The chat's `/app` handlers for rooms: made, described, joined and left over STOMP.
import { Type } from 'typebox';
import type { Server } from '../index.ts';
import type { Rooms } from './rooms.ts';

const NewRoom = Type.Object({
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  kind: Type.Optional(Type.Enum(['public', 'private'])),
});
const Name = Type.Object({ name: Type.String() });
const Invited = Type.Object({
  user: Type.String(),
  role: Type.Optional(Type.Enum(['owner', 'member', 'reader'])),
});
const Somebody = Type.Object({ user: Type.String() });

/** Answers of rooms go to the sender's own queue. */
const toSender = { sendToUser: '/queue/rooms', onlyThisSession: true } as const;

/** Registers the handlers. */
export function addRoomMappings({ app }: Pick<Server, 'app'>, rooms: Rooms): void {
  app.message('/chat-rooms/create', { body: NewRoom, ...toSender }, ({ body, user }) =>
    rooms.create(body, user.name),
  );
  app.message('/chat-rooms/direct', { body: Somebody, ...toSender }, ({ body, user }) =>
    rooms.direct(user.name, body.user),
  );
  app.subscribe('/chat-rooms/mine', ({ user }) => rooms.mine(user.name, { limit: 200 }));
  app.subscribe('/chat-rooms/public', () => rooms.public({ limit: 200 }));
  app.group('/chat-room/{roomId}', (room) => {
    room
      .subscribe('/description', ({ params, user }) => rooms.describe(params.roomId, user.name))
      .subscribe('/members', ({ params, user }) => rooms.members(params.roomId, user.name, { limit: 200 }))
      .message('/join', {}, ({ params, user }) => rooms.join(params.roomId, user.name))
      .message('/leave', {}, ({ params, user }) => rooms.leave(params.roomId, user.name))
      .message('/delete-room', {}, ({ params, user }) => rooms.delete(params.roomId, user.name))
      .message('/rename', { body: Name, ...toSender }, ({ params, user, body }) =>
        rooms.rename(params.roomId, body.name, user.name),
      )
      .message('/invite', { body: Invited }, ({ params, user, body }) =>
        rooms.invite(params.roomId, body.user, body.role, user.name),
      )
      .message('/remove', { body: Somebody }, ({ params, user, body }) =>
        rooms.remove(params.roomId, body.user, user.name),
      );
  });
}
