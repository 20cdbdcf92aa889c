// One message of a room over HTTP: read, edited, deleted, marked.
import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { Content } from '../message.ts';
import { ChatProblem } from '../problem.ts';
import { checkedRoomId } from '../rooms.ts';
import type { Routes } from './routes.ts';
import {
  Asker,
  AskerInBody,
  answers,
  KeyHeader,
  MessagePath,
  MessageShown,
  nothing,
  OnlyAsker,
  ReactionPath,
  VersionHeader,
} from './schemas.ts';
import { type ShownMessage, shownAs } from './shown-message.ts';

const tags = ['messages'];

const Edited = Type.Object({
  ...AskerInBody,
  content: Content,
  ifVersion: Type.Optional(
    Type.Integer({ minimum: 0, description: 'The `version` that is known; `If-Match` says the same.' }),
  ),
});
const EditHeaders = Type.Object({ ...VersionHeader.properties, ...KeyHeader.properties });

/** Registers the routes. */
export const addChangeRoutes: Routes = (http, { asking, access, messages, changes }) => {
  http.get<{ Params: Static<typeof MessagePath> }>(
    '/rooms/:roomId/messages/:messageId',
    {
      schema: {
        tags,
        summary: 'Reads one message, as it is now; its version is the `ETag`',
        params: MessagePath,
        querystring: Asker,
        response: answers({ 200: MessageShown }),
      },
    },
    async (request, reply) => {
      const { messageId } = request.params;
      const roomId = checkedRoomId(request.params.roomId);
      const name = await asking.reader(request);
      await access.assertReads(roomId, name);
      return tagged(reply, shownAs(roomId, await messages.one(roomId, messageId, name)));
    },
  );
  http.patch<{
    Params: Static<typeof MessagePath>;
    Body: Static<typeof Edited>;
    Headers: Static<typeof EditHeaders>;
  }>(
    '/rooms/:roomId/messages/:messageId',
    {
      schema: {
        tags,
        summary: 'Says something else in the place of what was said',
        description:
          'With `If-Match` (412) or `ifVersion` (409) only what is known is changed; asked for again, it is answered as the first time.',
        params: MessagePath,
        querystring: Asker,
        headers: EditHeaders,
        body: Edited,
        response: answers({ 200: MessageShown }),
      },
    },
    async (request, reply) => {
      const { name } = await asking.somebody(request);
      const { roomId, messageId: of } = request.params;
      const { 'if-match': known, 'idempotency-key': idempotencyKey } = request.headers;
      const matched = versionIn(known);
      const { content, ifVersion = matched } = request.body;
      const edit = await changes
        .edit(roomId, name, { of, content, ifVersion, idempotencyKey })
        .catch((error: unknown) => {
          throw matched === undefined ? error : mismatched(error);
        });
      const shown = shownAs(roomId, await messages.one(roomId, of, name));
      // somebody else's may have come since: what is told is what this one has made of it
      if (shown.version === edit.number) return tagged(reply, shown);
      return tagged(reply, { ...shown, content, editedAt: edit.sentAt, version: edit.number ?? 0 });
    },
  );
  http.delete<{ Params: Static<typeof MessagePath> }>(
    '/rooms/:roomId/messages/:messageId',
    {
      schema: {
        tags,
        summary: 'Takes back what was said; done when nothing of it is left',
        params: MessagePath,
        querystring: Asker,
        response: answers({ 204: nothing }),
      },
    },
    async (request, reply) => {
      const { roomId, messageId } = request.params;
      await changes.delete(roomId, (await asking.somebody(request)).name, messageId);
      return reply.code(204).send();
    },
  );
  for (const on of [true, false])
    http.route<{ Params: Static<typeof ReactionPath> }>({
      method: on ? 'PUT' : 'DELETE',
      url: '/rooms/:roomId/messages/:messageId/reactions/:emoji',
      schema: {
        tags,
        summary: on ? 'Puts an emoji under a message' : 'Takes it away again',
        params: ReactionPath,
        querystring: Asker,
        ...(on && { body: OnlyAsker }),
        response: answers({ 204: nothing }),
      },
      handler: async (request, reply) => {
        const { roomId, messageId: of, emoji } = request.params;
        await changes.react(roomId, (await asking.somebody(request)).name, { of, emoji, on });
        return reply.code(204).send();
      },
    });
};

/** Its version is its entity tag [RFC 9110, 8.8.3]. */
function tagged(reply: FastifyReply, message: ShownMessage): ShownMessage {
  reply.header('etag', `"${message.version ?? message.number}"`);
  return message;
}

/** The version that must be the one of the message; none: any may be [RFC 9110, 13.1.1]. */
function versionIn(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const [, version] = /^\s*"(\d{1,16})"\s*$/.exec(ifMatch) ?? [];
  if (version !== undefined) return Number(version);
  throw new ChatProblem('bad-request', 'If-Match: give one version in quotes, as the ETag has it, or *');
}

/** Over HTTP a condition that did not hold has a status of its own. */
function mismatched(error: unknown): unknown {
  if (!(error instanceof ChatProblem) || error.problem !== 'message-changed') return error;
  return new ChatProblem('precondition-failed', error.message, { version: error.version });
}
