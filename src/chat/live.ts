// What is alive in the chat: who is where and types, how far people have read, what they are notified of.
import { Type } from 'typebox';
import type { AppendedAs, Counter, Server } from '../index.ts';
import type { RoomAccess } from './access.ts';
import { topicOf } from './mappings.ts';
import { Notices } from './notices/notices.ts';
import { type PostedMessage, RoomMembers } from './notices/room-members.ts';
import { RoomTurns } from './notices/room-turns.ts';
import { addPresence, notified } from './presence/mappings.ts';
import type { Presence } from './presence/presence.ts';
import { guestKey, nameOf } from './presence/standing.ts';
import { Reading } from './reading/reading.ts';
import { readMessage, Unread } from './reading/unread.ts';
import { UnreadNews } from './reading/unread-news.ts';
import type { ChatRepository } from './repository.ts';
import { checkedRoomId, type RoomChange } from './rooms.ts';
import { addTyping } from './typing.ts';
import { webhookOf } from './webhook/configured.ts';
import type { Webhook } from './webhook/webhook.ts';

/** What it stands on. */
export interface LiveParts {
  readonly repository: Pick<ChatRepository, 'members' | 'reading' | 'notices'>;
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

/** What a message may be beside one that was said. */
interface Change {
  readonly messageType?: string;
  /** The message-id of the message that is changed. */
  readonly of?: string;
}

/** As much of a message as is looked at. */
interface Bare {
  readonly destination: string;
  readonly body: Buffer;
}

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
  readonly #notices: Notices;
  readonly #news: UnreadNews;
  readonly #turns: RoomTurns;
  readonly #dropped: Counter;
  readonly #webhook: Webhook | undefined;
  readonly #rooms: string;

  /** Puts them on a server; before its `start`. */
  constructor(server: Server, { repository, access }: LiveParts) {
    const { config, history, metrics } = server;
    const topic = topicOf(config.brokerPrefixes);
    this.#server = server;
    this.#rooms = `${topic}/chat-room/`;
    const topicOfRoom = (roomId: string): string => `${this.#rooms}${roomId}`;
    const common = { clock: Date.now, history, topicOf: topicOfRoom, gather };
    this.presence = addPresence(server, topic, access, {
      changed: (place, key) => this.#presenceChanged(place, key),
      listens: (_key, user) => this.#loud(this.#notices.give(user)),
    });
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
      isTold: (roomId) => this.presence.room(roomId).count <= config.presenceNamed,
      publish: (roomId, read) => this.#loud(server.publish(`${topicOfRoom(roomId)}/read`, read, {})),
      moved: ({ user, roomId }) => void this.#news.read(user, roomId),
    });
    this.#webhook = webhookOf(server, repository);
    const counters = {
      told: metrics.counter('chat_notices', 'Notifications', { outcome: 'told' }),
      kept: metrics.counter('chat_notices', 'Notifications', { outcome: 'kept' }),
    };
    this.#notices = new Notices({
      ...{ repository, members: this.#members, keeps: config.noticesKept, clock: Date.now },
      reads: (user, roomId) => this.#isAt(user, roomId, true),
      hears: (user) => this.#isAt(user, notified),
      tell: (user, payload) => this.#tell(user, '/queue/notifications', payload),
      kept: (user, notice) => this.#webhook?.schedule(user, notice),
      counted: (outcome) => counters[outcome].add(),
    });
    this.#turns = new RoomTurns((error) => this.#failed(error));
    this.#dropped = metrics.counter('chat_notices', 'Notifications', { outcome: 'dropped' });
    this.#addMappings(access, topic);
    this.#watchMessages();
    server.nodes.on(forGuests, (about) => this.#tellGuests(about));
    server.attach({ stop: async () => this.#stop() });
  }

  /** Who comes into a room has read what was said before: it holds before others hear of it, unless it cannot be. */
  async changing(change: RoomChange): Promise<void> {
    if (change.what !== 'joined') return;
    await this.reading.begin(change.room.id, change.user).catch((error: unknown) => this.#failed(error));
  }

  /** A room has changed, on whichever node. */
  changed({ room }: RoomChange): void {
    this.#members.forget(room.id);
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
        if (appended !== undefined && !appended.again) this.#inTurn(message, appended);
      };
      // the promise itself is handed on: whoever waits for it may know more of it than that it is one
      if (done instanceof Promise) done.then(look, () => {});
      else look();
      return done;
    });
  }

  #inTurn({ destination, body }: Bare, place: AppendedAs): void {
    const roomId = destination.slice(this.#rooms.length);
    if (!this.#turns.add(roomId, () => this.#posted(roomId, body, place))) this.#dropped.add();
  }

  async #posted(roomId: string, body: Buffer, { messageId, number }: AppendedAs): Promise<void> {
    if ((await this.#members.all(roomId))?.length === 0) return; // an open room: nobody belongs to it
    this.#news.changed(roomId);
    const message = readMessage(body) as Partial<PostedMessage> & Change;
    const {
      messageType = 'MESSAGE',
      of,
      id = messageId,
      sender = '',
      content,
      sentAt = '',
      mentions,
    } = message;
    if (messageType === 'DELETE' && typeof of === 'string') await this.#notices.deleted(roomId, of);
    if (messageType !== 'MESSAGE' || typeof content !== 'string') return;
    const named = Array.isArray(mentions) ? mentions : [];
    await this.#notices.posted({ id, roomId, messageId, number, sender, content, sentAt, mentions: named });
  }

  #presenceChanged(place: string, key: string): void {
    if (place === notified && this.presence.standing(key, place) !== 'offline')
      this.#loud(this.#notices.learned(nameOf(key)));
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

  #stop(): void {
    this.#news.close();
    this.reading.close();
    this.#webhook?.stop();
  }

  #loud(done: Promise<unknown>): void {
    done.catch((error: unknown) => this.#failed(error));
  }

  #failed(err: unknown): void {
    this.#server.log.warn({ err }, 'the chat could not tell somebody of something');
  }
}
