// Typing: told to who else is in the room, kept by nobody, and over by itself.
import { Type } from 'typebox';
import type { Server } from '../index.ts';
import type { RoomAccess } from './access.ts';
import { checkedRoomId } from './rooms.ts';

/** For so many milliseconds somebody counts as typing, unless told again. */
const lasts = 6000;
/** Somebody who goes on typing is told again after so many milliseconds, and not before. */
const again = 3000;
/** In a second no more than so many are told in a room: nobody reads longer lists. */
const perSecond = 10;
/** Of so many people it is known when they typed; then all are forgotten. */
const remembered = 50_000;

const Said = Type.Object({ typing: Type.Optional(Type.Boolean()) });

/** Decides what is told of who types. */
export class Typing {
  readonly #now: () => number;
  /** When somebody was told of, by room and user. */
  readonly #told = new Map<string, number>();
  readonly #second = new Map<string, number>();
  #secondBegan = Number.NEGATIVE_INFINITY;

  /** @param now - milliseconds that never go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether it is told that somebody types, or does no more. */
  passes(roomId: string, user: string, typing: boolean): boolean {
    const now = this.#now();
    const key = `${roomId}/${user}`;
    const told = this.#told.get(key) ?? Number.NEGATIVE_INFINITY;
    if (!typing) return this.#told.delete(key) && now - told < lasts;
    if (now - told < again || !this.#hasRoom(roomId, now)) return false;
    if (this.#told.size >= remembered) this.#told.clear();
    this.#told.set(key, now);
    return true;
  }

  #hasRoom(roomId: string, now: number): boolean {
    if (now - this.#secondBegan >= 1000) {
      this.#secondBegan = now;
      this.#second.clear();
    }
    const count = this.#second.get(roomId) ?? 0;
    this.#second.set(roomId, count + 1);
    return count < perSecond;
  }
}

/** Registers the handler. @param topic - the prefix under which rooms fan out */
export function addTyping({ app }: Pick<Server, 'app'>, topic: string, access: RoomAccess): void {
  const typing = new Typing(() => performance.now());
  app.message('/chat-room/{roomId}/typing', { body: Said }, async ({ params, user, body, send }) => {
    const { roomId } = params;
    const types = body.typing ?? true;
    await access.assertWrites(checkedRoomId(roomId), user.name);
    if (!typing.passes(roomId, user.name, types)) return;
    const told = { roomId, user: user.name, typing: types, ...(types && { expiresIn: lasts }) };
    await send(`${topic}/chat-room/${roomId}/typing`, told, { exceptSender: true });
  });
}
