// The chat service: rooms over the library's public face, and the page that people see.
import type { Server } from '../index.ts';
import { RoomAccess } from './access.ts';
import { DeletedRooms } from './deleted-rooms.ts';
import { Live } from './live.ts';
import type { LiveRepository } from './live-repository.ts';
import { addMappings, topicOf } from './mappings.ts';
import { Changes } from './messages/changes.ts';
import { Gathering } from './messages/gathering.ts';
import { addChangeMappings } from './messages/mappings.ts';
import { Pace } from './messages/pace.ts';
import { systemMessageOf } from './messages/system.ts';
import { Messages } from './messages.ts';
import { addPage, type PageFeature } from './page.ts';
import { liveRoutes } from './presence/routes.ts';
import { liveOf, repositoryOf } from './repositories/chosen.ts';
import type { ChatRepository } from './repository.ts';
import { addRest } from './rest/rest.ts';
import { addRoomMappings } from './room-mappings.ts';
import { tellConcerned } from './room-news.ts';
import { type RoomChange, Rooms } from './rooms.ts';
import { endSubscriptions } from './sent-out.ts';
import { StillReads } from './still-reads.ts';

/** Parts of the chat that a program gives. */
export interface ChatParts {
  /** Where rooms are kept; default: beside the messages, wherever the options put those. */
  readonly repository?: ChatRepository;
  /** Where what nodes share for a while is; default: in the Redis that joins them, or else in the repository. */
  readonly shared?: LiveRepository;
}

/** For so long an answer about access is good, should a change not be heard of, in milliseconds. */
const accessKeeps = 5000;

/** What nodes tell each other of. */
const changed = 'chat.room-changed';

/** What the page shows of it. */
const pageFeatures: readonly PageFeature[] = [
  ...(['rooms', 'presence', 'typing', 'unread', 'edit'] as const),
  ...(['replies', 'reactions', 'mentions', 'attachments', 'seen', 'notifications'] as const),
];

/** Puts the chat on a server; call it before `start`. */
export function installChat(server: Server, parts: ChatParts = {}): void {
  const { config, log } = server;
  const open = config.rooms === 'open' || (config.rooms === 'auto' && config.auth === 'anonymous');
  const died = (err: Error): void => log.error({ err }, 'the thread of the chat ended; it is started again');
  const repository = parts.repository ?? repositoryOf({ config, open, died });
  const shared = parts.shared ?? liveOf(config, repository);
  const access = new RoomAccess({ repository, open, keeps: accessKeeps, now: () => performance.now() });
  const rooms = new Rooms({
    repository,
    access,
    maxMembers: config.maxRoomMembers,
    noticeMembers: config.noticeMembers,
    clock: Date.now,
    changed: async (change) => {
      await live.changing(change);
      await server.nodes.announce(changed, { ...change });
      if (change.what === 'deleted') deleted.deleted(change.room.id);
      if (tells) await tell(change);
    },
  });
  const tells = config.systemMessages === 'all' || (config.systemMessages === 'members' && !open);
  /** What has happened holds, whether the room can be told of it or not. */
  async function tell(change: RoomChange): Promise<void> {
    const message = systemMessageOf(change);
    if (message === undefined) return;
    try {
      await server.publish(destinationOf(change.room.id), message, {});
    } catch (err) {
      log.warn({ err }, 'a room was not told of what changed in it');
    }
  }
  server.nodes.on(changed, (about) => {
    const change = about as unknown as RoomChange;
    if (change.what === 'deleted') {
      gathering.forget(change.room.id);
      deleted.heard(change.room.id);
    }
    access.forget(change.room.id, 'user' in change ? change.user : undefined);
    live.changed(change);
    tellConcerned(server, change); // before their subscriptions end: of those they are told less
    endSubscriptions(server, change);
  });
  const still = new StillReads({ server, access, again: accessKeeps });
  server.attach({ start: () => repository.open(), stop: () => repository.close() });
  server.attach({ start: async () => deleted.start(), stop: async () => deleted.stop() });
  if (shared !== repository) server.attach({ start: () => shared.open(), stop: () => shared.close() });
  server.attach({ stop: async () => still.stop() });
  const live = new Live(server, { repository, shared, access });
  const topic = topicOf(config.brokerPrefixes);
  const destinationOf = (roomId: string): string => `${topic}/chat-room/${roomId}`;
  const { history } = server;
  const used = open ? (roomId: string) => rooms.used(roomId) : undefined;
  const gathering = new Gathering({
    ...{ shelf: () => repository.changes, history, destinationOf },
    ...(used !== undefined && { used }),
  });
  const deleted = new DeletedRooms({
    ...{ rooms: () => repository.rooms, history, destinationOf, grace: 2 * accessKeeps },
    now: () => performance.now(),
    failed: (err) => log.warn({ err }, 'the messages of a room that was deleted are still there'),
  });
  const pace = new Pace(config.roomSendsPerSecond, config.roomSendBurst, () => performance.now());
  const messages = new Messages({ server, access, rooms, topic, pace, gathering });
  const changes = new Changes({ server, access, gathering, pace, destinationOf });
  addMappings(server, { access, messages });
  addChangeMappings(server, changes);
  addRoomMappings(server, rooms);
  addRest(server, { access, rooms, messages, changes, open }, [liveRoutes(live, access)]);
  addPage(server, { open, features: pageFeatures });
  log.debug({ open }, 'rooms');
}
