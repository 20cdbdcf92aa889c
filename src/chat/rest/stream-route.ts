// A room as an event stream (SSE).
import type { Static } from 'typebox';
import type { Heard } from '../../index.ts';
import { ChatProblem } from '../problem.ts';
import { checkedRoomId } from '../rooms.ts';
import type { Routes } from './routes.ts';
import { answers, RoomPath, StreamAsked, StreamHeader } from './schemas.ts';

const stream = {
  description: 'The stream.',
  content: { 'text/event-stream': { schema: { type: 'string' } } },
};

/** Registers the route. */
export const addStreamRoute: Routes = (http, { server, asking, rooms, messages, open }) => {
  http.get<{ Params: Static<typeof RoomPath>; Querystring: Static<typeof StreamAsked> }>(
    '/rooms/:roomId/subscribe',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['messages'],
        summary: 'Hears a room: an event stream',
        description:
          'Events `message`, whose ids `Last-Event-ID` takes. `resume` tells what came of that; `error` tells why a stream ends.',
        params: RoomPath,
        querystring: StreamAsked,
        headers: StreamHeader,
        response: answers({ 200: stream }),
      },
    },
    async (request, reply) => {
      const roomId = checkedRoomId(request.params.roomId);
      const user = await asking.anyone(request);
      // that this one may is seen to by the rule that holds for every SUBSCRIBE
      if (asking.names(request, user)) await joined(roomId, user.name);
      await server.streams.open(request, reply, {
        destination: messages.destinationOf(roomId),
        resumeFrom: request.query.from,
        user,
        data: numbered,
      });
      return reply;
    },
  );

  /** Who comes by name into an open room belongs to it; one that is full is heard all the same. */
  async function joined(roomId: string, user: string): Promise<void> {
    if (!open) return;
    try {
      await rooms.join(roomId, user);
    } catch (error) {
      if (!(error instanceof ChatProblem) || error.problem !== 'room-full') throw error;
    }
  }
};

const brace = 0x7d;

/** The message, and its place in the room beside it, as the history gives them. */
function numbered({ body, messageId, number }: Heard): string {
  if (number === undefined || body.length < 3 || body[body.length - 1] !== brace) return body.toString();
  const place = `"messageId":${JSON.stringify(messageId)},"number":${number}}`;
  return `${body.toString('utf8', 0, body.length - 1)},${place}`;
}
