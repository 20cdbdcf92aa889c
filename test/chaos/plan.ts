// What a chaos run is made of: everything that follows from the seed, and nothing that depends on the service.
import type { Level } from './history.ts';
import { Listener, type Room } from './listener.ts';
import type { Notes } from './notes.ts';
import { Publisher } from './publisher.ts';
import { Random } from './random.ts';
import type { Restlessness } from './reconnecting.ts';

export interface Plan {
  readonly seed: number;
  /** For how long sockets are killed and publishers publish. */
  readonly seconds: number;
  readonly clients: number;
  readonly rooms: number;
  readonly publishersPerRoom: number;
  /** What publishers ask for, at random. */
  readonly levels: readonly (Level | undefined)[];
  /** What a SEND gets that asks for nothing. */
  readonly usual: Level;
  /** Whether clients are cut off, too, beside what happens to the service. */
  readonly restless: boolean;
}

export const usualPlan: Omit<Plan, 'seed' | 'seconds'> = {
  clients: 500,
  rooms: 20,
  publishersPerRoom: 2,
  levels: [undefined, undefined, 'accepted', 'brokered', 'stored', 'stored'],
  usual: 'brokered',
  restless: true,
};

/** Over several nodes. */
export const nodesPlan: Omit<Plan, 'seed' | 'seconds'> = {
  clients: 300,
  rooms: 30,
  publishersPerRoom: 2,
  levels: [undefined, undefined, 'accepted', 'brokered', 'replicated', 'replicated', 'stored', 'stored'],
  usual: 'brokered',
  restless: true,
};

/** Cut off every few seconds, gone for about two; some in the middle of what they are told. */
const listeners: Restlessness = {
  stays: [50, 6000],
  away: [1600, 2400],
  cuts: ['destroy', 'destroy', 'reset', 'close', 'mute'],
};
const publishers: Restlessness = {
  stays: [500, 8000],
  away: [100, 1000],
  cuts: ['destroy', 'reset', 'close'],
};

/** How clients begin: one without a position for each that has one. */
const begins = [undefined, 'first', 'last-5', undefined];

/** The actors of a run. */
export interface Cast {
  readonly listeners: readonly Listener[];
  readonly publishers: readonly Publisher[];
  /** One publisher per room that is never cut off. */
  readonly closers: readonly Publisher[];
}

/** @param addressOf - the WebSocket endpoint for the client of this number, asked at each connection */
export function castOf(plan: Plan, notes: Notes, addressOf: (client: number) => string): Cast {
  const random = new Random(plan.seed);
  const rooms = Array.from({ length: plan.rooms }, (_, at) => roomOf(`${plan.seed}-${at}`));
  let clients = 0;
  const who = (kind: string, at: number) => {
    const client = clients++;
    return { login: `${kind}${at}`, address: () => addressOf(client) };
  };
  const publisher = (kind: string, room: Room, at: number, restlessness?: Restlessness): Publisher => {
    const pace = random.between(60, 500);
    const publishing = {
      room: room.name,
      destination: `/app/chat-room/${room.name}/send`,
      every: [pace * 0.5, pace * 1.5] as const,
      levels: plan.levels,
      usual: plan.usual,
      inFlight: 8,
    };
    return new Publisher(who(kind, at), publishing, notes, random.branch(), restlessness);
  };
  return {
    listeners: Array.from({ length: plan.clients }, (_, at) => {
      const own = [rooms[at % plan.rooms]!];
      if (at % 5 === 0) own.push(rooms[(at + 7) % plan.rooms]!);
      const begin = random.of(begins);
      return new Listener(
        who('listener', at),
        own,
        begin,
        notes,
        random.branch(),
        plan.restless ? listeners : undefined,
      );
    }),
    publishers: rooms.flatMap((room, at) =>
      Array.from({ length: plan.publishersPerRoom }, (_, number) =>
        publisher(
          'publisher',
          room,
          at * plan.publishersPerRoom + number,
          plan.restless ? publishers : undefined,
        ),
      ),
    ),
    closers: rooms.map((room, at) => publisher('closer', room, at)),
  };
}

const roomOf = (name: string): Room => ({ name, destination: `/topic/chat-room/${name}` });
