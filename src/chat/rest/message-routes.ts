// Messages of rooms over HTTP: read page by page, and said.
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { HistoryAsked } from '../../index.ts';
import { Post, saidOf } from '../message.ts';
import { ChatProblem } from '../problem.ts';
import { checkedRoomId } from '../rooms.ts';
import { linkNext } from './links.ts';
import type { Routes } from './routes.ts';
import {
  Asker,
  AskerInBody,
  answers,
  KeyHeader,
  listOf,
  MessageShown,
  MessagesAsked,
  RoomPath,
} from './schemas.ts';
import { shownAs, shownOf } from './shown-message.ts';

const tags = ['messages'];

const Said = Type.Object({
  ...AskerInBody,
  ...Post.properties,
  idempotencyKey: Type.Optional(KeyHeader.properties['idempotency-key']),
});

/** Registers the routes. */
export const addMessageRoutes: Routes = (http, { asking, access, messages }) => {
  http.get<{ Params: Static<typeof RoomPath>; Querystring: Static<typeof MessagesAsked> }>(
    '/rooms/:roomId/messages',
    {
      schema: {
        tags,
        summary: 'Reads messages, in the order in which they were said',
        description:
          'The newest page, or the newest one before a message; with `after` the oldest one behind it. The link `next` leads on in the same direction.',
        params: RoomPath,
        querystring: MessagesAsked,
        response: answers({ 200: listOf(MessageShown) }),
      },
    },
    async (request, reply) => {
      const roomId = checkedRoomId(request.params.roomId);
      const user = await asking.reader(request);
      await access.assertReads(roomId, user);
      const asked = askedOf(request.query);
      const page = await messages.page(roomId, asked, user);
      linkNext(request, reply, 'cursor', page.next);
      const wanted = wordsIn(request.query.q);
      const shown = page.messages
        .map((message) => shownAs(roomId, message))
        .filter(({ content }) => wanted(content));
      if (asked.order === 'newest') shown.reverse();
      // all of one shape, with nothing to be left out: so it is written at a fraction of what the schema's writer takes
      return reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(shown);
    },
  );
  http.post<{ Params: Static<typeof RoomPath>; Body: Static<typeof Said> }>(
    '/rooms/:roomId/messages',
    {
      schema: {
        tags,
        summary: 'Says something in a room',
        params: RoomPath,
        querystring: Asker,
        headers: KeyHeader,
        body: Said,
        response: answers({ 200: MessageShown, 201: MessageShown }),
      },
    },
    async (request, reply) => {
      const { name } = await asking.somebody(request);
      const { roomId } = request.params;
      const said = saidOf(request.body);
      const { stored, message, messageId, number } = await messages.say(roomId, name, said, keyOf(request));
      if (stored !== undefined) return shownOf(roomId, stored);
      return reply.code(201).send({ ...message, messageId, number });
    },
  );
};

/** As the history compares words, but in what was said alone: a name or a date beside it is no find. */
function wordsIn(q: string | undefined): (content: string) => boolean {
  if (q === undefined) return () => true;
  const folded = (text: string): string => text.normalize('NFKC').toLowerCase();
  const words = [...new Set(folded(q).split(/\s+/u))];
  return (content) => {
    const text = folded(content); // once, however many words are asked for: it may grow eighteenfold
    return words.every((word) => text.includes(word));
  };
}

function keyOf({ headers, body }: FastifyRequest<{ Body: Static<typeof Said> }>): string | undefined {
  return (headers['idempotency-key'] as string | undefined) ?? body.idempotencyKey;
}

function askedOf({
  limit,
  before,
  after,
  lastMessageId,
  from,
  to,
  sender,
  q,
  cursor,
}: Static<typeof MessagesAsked>): HistoryAsked {
  const behind = before ?? lastMessageId;
  return {
    limit,
    before: placeOf(behind),
    after: placeOf(after),
    from: momentOf(from, 'from'),
    to: momentOf(to, 'to'),
    sender,
    text: q,
    cursor,
    order: after !== undefined && behind === undefined ? 'oldest' : 'newest',
  };
}

/** The number of a message, or its message-id. */
function placeOf(text: string | undefined): string | number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
}

/** @throws {ChatProblem} `bad-request`: a text that names no moment */
function momentOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new ChatProblem('bad-request', `${name}: give ISO 8601, or milliseconds since the epoch of Unix`);
}
