// The rooms that the service lists, how many of their messages are unread, and coming into and going out of them.
import type { ClientError, StompwireClient } from '../../client/index.ts';
import type { Happening } from '../model/state.ts';
import type { WireConfig } from './config.ts';
import { readUnread, readUnreads } from './payloads.ts';
import { readMine, readRoomNews, readRooms } from './room-payloads.ts';

const json = { headers: { 'content-type': 'application/json' } };

export class RoomLists {
  readonly #client: StompwireClient;
  readonly #config: WireConfig;
  readonly #happen: (happening: Happening) => void;
  readonly #entered = new Set<string>();
  /** Of what this page leaves it knows: it may be in there again when it is told. */
  readonly #leaving = new Set<string>();
  #calledOff = false;

  /** @param happen - hears of lists and counts, as they come with each connection */
  constructor(client: StompwireClient, config: WireConfig, happen: (happening: Happening) => void) {
    this.#client = client;
    this.#config = config;
    this.#happen = (happening) => this.#calledOff || happen(happening);
    const { appPrefix, userPrefix, features } = config;
    const hear = (destination: string, read: (body: string) => Happening | undefined): void =>
      this.#hear(destination, read);
    if (features.has('rooms')) {
      hear(`${userPrefix}/queue/room-changes`, (body) => this.#changed(body));
      hear(`${appPrefix}/chat-rooms/mine`, (body) => ({
        type: 'rooms-told',
        ...readMine(body, config.open),
      }));
      hear(`${appPrefix}/chat-rooms/public`, (body) => ({
        type: 'rooms-told',
        public: readRooms(body).rooms,
      }));
    }
    if (!features.has('unread')) return;
    hear(`${userPrefix}/queue/unread`, (body) => {
      const told = readUnread(body);
      return told && { type: 'unread-told', ...told };
    });
    this.#client.subscribe(
      `${appPrefix}/chat-rooms/unread`,
      ({ body }) => {
        for (const told of readUnreads(body)) this.#happen({ type: 'unread-told', ...told });
      },
      { remember: false },
    );
  }

  /**
   * Comes into a room, which is made when it is not there. Rooms that are there from their first use are entered too, so
   * that the service counts what is unread.
   *
   * @throws {ClientError} what the service refused it with
   */
  async enter(roomId: string): Promise<void> {
    if (!this.#config.features.has('rooms') || this.#entered.has(roomId)) return;
    this.#entered.add(roomId);
    try {
      await this.#join(roomId);
    } catch (error) {
      this.#entered.delete(roomId);
      throw error;
    }
  }

  leave(roomId: string): void {
    this.forget(roomId);
    if (!this.#config.features.has('rooms')) return;
    this.#leaving.add(roomId);
    this.#send(`/chat-room/${roomId}/leave`)
      .catch(() => {}) // it stays ours
      .finally(() => this.#leaving.delete(roomId));
  }

  /** It is to be entered anew. */
  forget(roomId: string): void {
    this.#entered.delete(roomId);
  }

  /** Nobody is signed in any more. */
  end(): void {
    this.#calledOff = true;
  }

  #changed(body: string): Happening | undefined {
    const news = readRoomNews(body);
    if (news === undefined) return undefined;
    const isGone = news.what === 'left' || news.what === 'deleted';
    if (isGone && this.#leaving.has(news.room.roomId)) return undefined;
    if (isGone) this.forget(news.room.roomId);
    return { type: 'room-changed', mayBeLast: !this.#config.open, ...news };
  }

  async #join(roomId: string): Promise<void> {
    try {
      await this.#send(`/chat-room/${roomId}/join`);
    } catch (error) {
      if (this.#config.open || (error as ClientError).code !== 'no-access') throw error;
      await this.#send('/chat-rooms/create', { id: roomId, kind: 'public' });
    }
  }

  async #send(path: string, body: unknown = {}): Promise<void> {
    await this.#client.send(`${this.#config.appPrefix}${path}`, JSON.stringify(body), json);
  }

  #hear(destination: string, read: (body: string) => Happening | undefined): void {
    this.#client.subscribe(
      destination,
      ({ body }) => {
        const happening = read(body);
        if (happening) this.#happen(happening);
      },
      { remember: false },
    );
  }
}
