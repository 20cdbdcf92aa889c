// What is alive in the chat: who is where and types, how far people have read, what they are notified of.
import { Type } from 'typebox';
import type { Server } from '../index.ts';
import type { RoomAccess } from './access.ts';
import type { LiveRepository } from './live-repository.ts';
import { topicOf } from './mappings.ts';
import { Notifying } from './notices/notifying.ts';
import { RoomMembers } from './notices/room-members.ts';
import { addPresence, notified } from './presence/mappings.ts';
import type { Presence } from './presence/presence.ts';
import { guestKey, nameOf } from './presence/standing.ts';
import { Reading } from './reading/reading.ts';
import { Unread } from './reading/unread.ts';
import { UnreadNews } from './reading/unread-news.ts';
import type { ChatRepository } from './repository.ts';
import { checkedRoomId, type RoomChange } from './rooms.ts';
import { addTyping } from './typing.ts';

/** What it stands on. */
export interface LiveParts {
  readonly repository: Pick<ChatRepository, 'members' | 'reading'>;
  /** What the nodes share for a while. */
  readonly shared: LiveRepository;
  readonly access: RoomAccess;
}

/** For so long members of a room are known, should a change not be heard of, in milliseconds. */
const membersKeep = 5000;
/** What is read and said is gathered for so many milliseconds before it is told. */
const gather = 250;

/** Between nodes: something for guests of a name. */
const forGuests = 'chat.for-guests';

const ReadBody = Type.Object({
  number: Type.Optional(Type.Integer({ minimum: 0 })),
  messageId: Type.Optional(Type.String({ maxLength: 64 })),
});

/** The live parts of the chat on one node. */
export class Live {
  /** Who is where. */
  readonly presence: Presence;
  /** How many messages somebody has not read. */
  readonly unread: Unread;
  /** How far people have read. */
  readonly reading: Reading;
  readonly #server: Server;
  readonly #members: RoomMembers;
  readonly #notifying: Notifying;
  readonly #news: UnreadNews;
  readonly #rooms: string;

  /** Puts them on a server; before its `start`. */
  constructor(server: Server, { repository, shared, access }: LiveParts) {
    const { config, history } = server;
    const topic = topicOf(config.brokerPrefixes);
    this.#server = server;
    this.#rooms = `${topic}/chat-room/`;
    const topicOfRoom = (roomId: string): string => `${this.#rooms}${roomId}`;
    const common = { clock: Date.now, history, topicOf: topicOfRoom, gather };
    this.presence = addPresence(
      server,
      topic,
      { access, shared },
      {
        changed: (place, key) => this.#presenceChanged(place, key),
        listens: (_key, user) => this.#notifying.give(user),
        lost: () => this.#notifying.makeUp(),
      },
    );
    const now = () => performance.now();
    this.#members = new RoomMembers({ repository, most: config.noticeMembers, keeps: membersKeep, now });
    this.unread = new Unread({ ...common, repository });
    this.#news = new UnreadNews({
      gather,
      counts: this.unread,
      members: (roomId) => this.#members.all(roomId),
      isThere: (user) => this.#isAt(user),
      tell: (user, count) => this.#tell(user, '/queue/unread', count),
      failed: (error) => this.#failed(error),
    });
    this.reading = new Reading({
      ...common,
      repository,
      shared,
      isTold: (roomId) => this.presence.room(roomId).count <= config.presenceNamed,
      publish: (roomId, read) => this.#loud(server.publish(`${topicOfRoom(roomId)}/read`, read, {})),
      moved: ({ user, roomId }) => void this.#news.read(user, roomId),
    });
    this.#notifying = new Notifying(server, {
      ...{ repository, shared, members: this.#members, topicOf: topicOfRoom },
      reads: (user, roomId) => this.#isAt(user, roomId, true),
      mayRead: async (user, roomId) => (await access.of(roomId, user)).reads,
      hears: (user) => this.#isAt(user, notified),
      tell: (user, payload) => this.#tell(user, '/queue/notifications', payload),
      failed: (error) => this.#failed(error),
    });
    this.#addMappings(access, topic);
    this.#watchMessages();
    server.nodes.on(forGuests, (about) => this.#tellGuests(about));
    server.attach({ start: async () => this.#notifying.start(), stop: () => this.#stop() });
  }

  /** Who comes into a room has read what was said before: it holds before others hear of it, unless it cannot be. */
  async changing(change: RoomChange): Promise<void> {
    try {
      await this.#changing(change);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A room has changed, on whichever node. */
  changed({ room }: RoomChange): void {
    this.#members.forget(room.id);
  }

  async #changing(change: RoomChange): Promise<void> {
    const { id } = change.room;
    if (change.what === 'deleted') return this.#notifying.end(id);
    if (change.what === 'left') return this.#notifying.left(id, change.user);
    if (change.what !== 'joined' && change.what !== 'created') return;
    const number = await this.reading.newest(id);
    await this.#notifying.begin(id, number);
    if (change.what !== 'joined') return;
    await this.reading.begin(id, change.user, number, change.by === change.user);
  }

  #addMappings(access: RoomAccess, topic: string): void {
    const { app } = this.#server;
    addTyping(this.#server, topic, access);
    app.message('/chat-room/{roomId}/read', { body: ReadBody }, async ({ params, user, body }) => {
      await access.assertReads(checkedRoomId(params.roomId), user.name);
      await this.reading.read(params.roomId, user.name, body);
    });
    app.subscribe('/chat-room/{roomId}/read', async ({ params, user }) => {
      await access.assertReads(checkedRoomId(params.roomId), user.name);
      return this.reading.all(params.roomId);
    });
    app.subscribe('/chat-room/{roomId}/unread', async ({ params, user }) => {
      await access.assertReads(checkedRoomId(params.roomId), user.name);
      return this.unread.of(user.name, params.roomId);
    });
    app.subscribe('/chat-rooms/unread', async ({ user }) => ({ rooms: await this.unread.all(user.name) }));
  }

  /** Whichever way a message came, it is seen where it is published: on one node, and once. */
  #watchMessages(): void {
    this.#server.interceptors.broker.use((outbound, next) => {
      const { destination, address } = outbound.message;
      const done = next();
      if (address !== destination || !destination.startsWith(this.#rooms)) return done;
      const look = (): void => {
        const { appended, message } = outbound;
        if (appended === undefined || appended.again) return;
        this.#active(message.sender);
        this.#loud(this.#said(destination.slice(this.#rooms.length), appended.number));
      };
      // the promise itself is handed on: whoever waits for it may know more of it than that it is one
      if (done instanceof Promise) done.then(look, () => {});
      else look();
      return done;
    });
  }

  /** Who says something over HTTP is there, at the stream that shows it. */
  #active(user: string | undefined): void {
    if (user === undefined) return;
    for (const key of [user, guestKey(user)]) this.presence.own.activeBy(key);
  }

  async #said(roomId: string, number: number): Promise<void> {
    if ((await this.#members.all(roomId))?.length === 0) return; // an open room: nobody belongs to it
    this.#news.changed(roomId);
    this.#notifying.said(roomId, number);
  }

  #presenceChanged(place: string, key: string): void {
    if (place === notified && this.presence.standing(key, place) !== 'offline')
      this.#notifying.learned(nameOf(key));
  }

  /** Whether somebody is in a place, by a name that was proven or is only said. @param awake - away is not enough */
  #isAt(user: string, place = '', awake = false): boolean {
    const here = [user, guestKey(user)].map((key) => this.presence.standing(key, place));
    return here.some((standing) => standing === 'online' || (!awake && standing === 'away'));
  }

  /** Guests share no queue: each node brings it to those that it has. */
  async #tell(user: string, path: string, payload: unknown): Promise<void> {
    const { users, nodes } = this.#server;
    if (this.presence.standing(user) !== 'offline') await users.sendToUser(user, path, payload);
    if (this.presence.standing(guestKey(user)) !== 'offline')
      await nodes.announce(forGuests, { user, path, payload });
  }

  #tellGuests({ user, path, payload }: Readonly<Record<string, unknown>>): void {
    for (const session of this.presence.own.sessionsOf(guestKey(String(user))))
      void this.#server.users.sendToSession(session, String(path), payload);
  }

  async #stop(): Promise<void> {
    this.#news.close();
    this.reading.close();
    await this.#notifying.stop();
  }

  #loud(done: Promise<unknown>): void {
    done.catch((error: unknown) => this.#failed(error));
  }

  #failed(err: unknown): void {
    this.#server.log.warn({ err }, 'the chat could not tell somebody of something');
  }
}
