// How a client of each kind of server opens, subscribes and publishes, as text.
import type { Dialect, Plan } from './plan.ts';

/** What a client says, and when it is ready. */
export interface Speech {
  /** Said once the connection is open; none: the server speaks first, or nobody does. */
  readonly opening: string | undefined;
  /** What to answer to something that is no delivery. `ready`: the client hears its room from now on. */
  answer(heard: string, client: Place): string | 'ready' | undefined;
  /** A message to a room. */
  message(room: number, body: string): string;
}

/** Where a client sits. */
export interface Place {
  readonly index: number;
  readonly room: number;
  readonly subscribes: boolean;
}

export function speechOf(plan: Plan): Speech {
  return speeches[plan.dialect](plan);
}

const speeches: Record<Dialect, (plan: Plan) => Speech> = {
  stomp: (plan) => stomp(plan, true),
  'stomp-tcp': (plan) => stomp(plan, true),
  'event-stream': (plan) => stomp(plan, true),
  'stomp-unconfirmed': (plan) => stomp(plan, false),
  'stomp-sockjs': (plan) => inSockJs(stomp(plan, true)),
  'sockjs-stream': () =>
    inSockJs({ opening: 'ready', answer: () => undefined, message: (_room, body) => body }),
  text: () => ({ opening: 'ready', answer: () => undefined, message: (_room, body) => body }),
  'socket.io': () => ({
    opening: undefined,
    answer: socketIo,
    message: (room, body) => `42["m","${room}",${body}]`,
  }),
};

function stomp(plan: Plan, confirmed: boolean): Speech {
  const { subscribeTo = '/topic/bench.%', publishTo = '/topic/bench.%', distinctIds = false } = plan;
  const subscribe = ({ index, room }: Place): string =>
    `SUBSCRIBE\nid:sub-${distinctIds ? index : 0}\ndestination:${subscribeTo.replace('%', String(room))}\n` +
    `${confirmed ? 'receipt:1\n' : ''}\n\0`;
  return {
    opening: 'CONNECT\naccept-version:1.2\nhost:127.0.0.1\nheart-beat:0,0\n\n\0',
    answer(heard, place) {
      if (heard.startsWith('RECEIPT') || heard === ':subscribed') return 'ready';
      if (!heard.startsWith('CONNECTED')) throw new Error(`the server said: ${heard}`);
      return place.subscribes ? subscribe(place) : 'ready';
    },
    message: (room, body) =>
      `SEND\ndestination:${publishTo.replace('%', String(room))}\ncontent-type:application/json\n` +
      `content-length:${body.length}\n\n${body}\0`,
  };
}

/** SockJS opens with `o` and puts messages into arrays of JSON strings. */
function inSockJs(inner: Speech): Speech {
  const wrapped = (text: string): string => (text === 'ready' ? text : JSON.stringify([text]));
  return {
    opening: undefined,
    answer(heard, place) {
      if (heard === 'o') return inner.opening === undefined ? undefined : wrapped(inner.opening);
      if (!heard.startsWith('a')) return undefined;
      const [text] = JSON.parse(heard.slice(1)) as [string];
      const answer = inner.answer(text, place);
      return answer === undefined ? undefined : wrapped(answer);
    },
    message: (room, body) => wrapped(inner.message(room, body)),
  };
}

/** Engine.IO's `open` is answered with Socket.IO's CONNECT, its `ping` with `pong`. */
function socketIo(heard: string, { room, subscribes }: Place): string | 'ready' | undefined {
  if (heard.startsWith('0')) return '40';
  if (heard === '2') return '3';
  if (heard.startsWith('40')) return subscribes ? `42["join","${room}"]` : 'ready';
  return heard.includes('joined') ? 'ready' : undefined;
}

/** What stands before the number of a message in its body. */
export const mark = '#'.charCodeAt(0);
export const digits = 8;

/** A body of the plan's length that ends in its number. */
export function bodyOf(plan: Plan, number: number): string {
  const end = `#${String(number).padStart(digits, '0')}"}`;
  const begin = '{"content":"';
  return begin + 'x'.repeat(Math.max(0, plan.bodyBytes - begin.length - end.length)) + end;
}

/** The number behind a mark. */
export function numberAt(bytes: Uint8Array, at: number): number {
  let number = 0;
  for (let i = at; i < at + digits; i++) number = number * 10 + bytes[i]! - 48;
  return number;
}
