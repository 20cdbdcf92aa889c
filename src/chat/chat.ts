// The chat service: rooms over the library's public face, and the page that people see.
import type { Server } from '../index.ts';
import { RoomAccess } from './access.ts';
import { Live } from './live.ts';
import { addMappings, topicOf } from './mappings.ts';
import { Messages } from './messages.ts';
import { addPage } from './page.ts';
import { liveRoutes } from './presence/routes.ts';
import { repositoryOf } from './repositories/chosen.ts';
import type { ChatRepository } from './repository.ts';
import { addRest } from './rest/rest.ts';
import { addRoomMappings } from './room-mappings.ts';
import { type RoomChange, Rooms } from './rooms.ts';
import { endSubscriptions } from './sent-out.ts';

/** Parts of the chat that a program gives. */
export interface ChatParts {
  /** Where rooms are kept; default: beside the messages, wherever the options put those. */
  readonly repository?: ChatRepository;
}

/** For so long an answer about access is good, should a change not be heard of, in milliseconds. */
const accessKeeps = 5000;

/** What nodes tell each other of. */
const changed = 'chat.room-changed';

/** Puts the chat on a server; call it before `start`. */
export function installChat(server: Server, parts: ChatParts = {}): void {
  const { config, log } = server;
  const open = config.rooms === 'open' || (config.rooms === 'auto' && config.auth === 'anonymous');
  const died = (err: Error): void => log.error({ err }, 'the thread of the chat ended; it is started again');
  const repository = parts.repository ?? repositoryOf({ config, open, died });
  const access = new RoomAccess({ repository, open, keeps: accessKeeps, now: () => performance.now() });
  const rooms = new Rooms({
    repository,
    access,
    maxMembers: config.maxRoomMembers,
    clock: Date.now,
    changed: async (change) => {
      await live.changing(change);
      await server.nodes.announce(changed, { ...change });
    },
  });
  server.nodes.on(changed, (about) => {
    const change = about as unknown as RoomChange;
    access.forget(change.room.id, 'user' in change ? change.user : undefined);
    live.changed(change);
    endSubscriptions(server, change);
  });
  server.attach({ start: () => repository.open(), stop: () => repository.close() });
  const live = new Live(server, { repository, access });
  const messages = new Messages({ server, access, rooms, topic: topicOf(config.brokerPrefixes) });
  addMappings(server, { access, messages });
  addRoomMappings(server, rooms);
  addRest(server, { access, rooms, messages, open }, [liveRoutes(live, access)]);
  addPage(server, { open, features: ['rooms', 'presence', 'typing', 'unread'] });
  log.debug({ open }, 'rooms');
}
