// The chat's `/app` handlers that change what was said.
import { Type } from 'typebox';
import type { Server } from '../../index.ts';
import { Content, MessageName } from '../message.ts';
import type { Changes } from './changes.ts';

export const EditBody = Type.Object({
  of: MessageName,
  content: Content,
  ifVersion: Type.Optional(Type.Integer({ minimum: 0 })),
});
const Deletion = Type.Object({ of: MessageName });
const ReactionBody = Type.Object({
  of: MessageName,
  emoji: Type.String({ minLength: 1, maxLength: 32 }),
  on: Type.Optional(Type.Boolean()),
});

/** Registers the handlers: a RECEIPT says that the change holds. */
export function addChangeMappings({ app }: Pick<Server, 'app'>, changes: Changes): void {
  app.group('/chat-room/{roomId}', (room) => {
    room
      .message('/edit', { body: EditBody }, async ({ params, user, body }) => {
        await changes.edit(params.roomId, user.name, body);
      })
      .message('/delete', { body: Deletion }, async ({ params, user, body }) => {
        await changes.delete(params.roomId, user.name, body.of);
      })
      .message('/react', { body: ReactionBody }, async ({ params, user, body }) => {
        await changes.react(params.roomId, user.name, { on: true, ...body });
      });
  });
}
