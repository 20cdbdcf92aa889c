// Whether those who hear rooms may still read them: asked again where a change may have come past a subscription.
import { type ConnectedSession, type Server, StompwireError } from '../index.ts';
import type { RoomAccess } from './access.ts';
import { topicOf } from './mappings.ts';

/** What asking again stands on. */
export interface StillReadsParts {
  readonly server: Pick<Server, 'users' | 'config' | 'log' | 'on' | 'nodes'>;
  readonly access: Pick<RoomAccess, 'of' | 'forgetAll'>;
  /** After so many milliseconds what was not answered is asked once more, and a node that was away looks again. */
  readonly again: number;
}

/** So many subscriptions are asked about at a time. */
const together = 50;

/**
 * A room that changes ends the subscriptions that it concerns. Here are those that it does not find: one that was on its
 * way when the room changed, and those of a node that was away from the others and did not hear of it.
 */
export class StillReads {
  readonly #parts: StillReadsParts;
  readonly #rooms: string;
  #running: Promise<void> | undefined;
  #later: NodeJS.Timeout | undefined;

  constructor(parts: StillReadsParts) {
    const { server } = parts;
    this.#parts = parts;
    this.#rooms = `${topicOf(server.config.brokerPrefixes)}/chat-room/`;
    server.on('subscribe', ({ session, subscription: { id, destination } }) => {
      if (!destination.startsWith(this.#rooms)) return undefined;
      const found = server.users.session(session.id);
      return found && this.#ask(found, id, destination);
    });
    server.nodes.onReturn(() => {
      parts.access.forgetAll();
      this.#look();
      this.#lookLater(); // what was announced while not everything was listened to again
    });
  }

  stop(): void {
    clearTimeout(this.#later);
  }

  #look(): void {
    this.#running ??= this.#askAll().finally(() => {
      this.#running = undefined;
    });
  }

  #lookLater(): void {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      this.#parts.access.forgetAll();
      this.#look();
    }, this.#parts.again).unref();
  }

  async #askAll(): Promise<void> {
    const asked: Promise<void>[] = [];
    for (const session of [...this.#parts.server.users.sessions()])
      for (const { id, destination } of session.subscriptions) {
        if (!destination.startsWith(this.#rooms)) continue;
        asked.push(this.#ask(session, id, destination));
        if (asked.length >= together) await Promise.all(asked.splice(0));
      }
    await Promise.all(asked);
  }

  async #ask(session: ConnectedSession, id: string, destination: string): Promise<void> {
    const [roomId = ''] = destination.slice(this.#rooms.length).split('/');
    try {
      if ((await this.#parts.access.of(roomId, session.user.name)).reads) return;
    } catch (err) {
      this.#parts.server.log.warn({ err, roomId }, 'whether somebody may still hear a room is asked again');
      return this.#lookLater();
    }
    if (session.subscriptions.some((one) => one.id === id && one.destination === destination))
      session.unsubscribe(id, new StompwireError('no-access', `you may not hear room '${roomId}' any more`));
  }
}
