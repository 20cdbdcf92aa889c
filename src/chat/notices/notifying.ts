// Notifications on one node: the logs of rooms are followed, members told, what is kept posted, and what died made up for.
import type { Server } from '../../index.ts';
import type { LiveRepository } from '../live-repository.ts';
import { marksIn } from '../reading/marks.ts';
import type { ChatRepository } from '../repository.ts';
import { webhookOf } from '../webhook/configured.ts';
import type { Webhook } from '../webhook/webhook.ts';
import { FollowedRooms } from './followed-rooms.ts';
import { Notices, type NoticesParts } from './notices.ts';
import type { RoomMembers } from './room-members.ts';

/** What it stands on. */
export interface NotifyingParts
  extends Pick<NoticesParts, 'reads' | 'mayRead' | 'hears' | 'tell' | 'failed'> {
  readonly members: Pick<RoomMembers, 'of' | 'all'>;
  readonly repository: Pick<ChatRepository, 'reading'>;
  readonly shared: Pick<LiveRepository, 'notices'>;
  /** Where the messages of a room are. */
  readonly topicOf: (roomId: string) => string;
}

/** So many messages of a room are decided in one step, or fewer, so that it keeps not much more than so many notices. */
const perStep = 25;
const keptPerStep = 500;
/** What failed is tried again after so many milliseconds. */
const againAfter = 1000;
/** Those who come back first are known by then, in milliseconds after the start. */
const makesUpAfter = 1000;

/** Notifies the members of rooms, each of a message once, whichever node dies meanwhile. */
export class Notifying {
  readonly #parts: NotifyingParts;
  readonly #notices: Notices;
  readonly #rooms: FollowedRooms;
  readonly #webhook: Webhook | undefined;
  #first: NodeJS.Timeout | undefined;

  constructor(server: Server, parts: NotifyingParts) {
    const { history, config, metrics } = server;
    const { shared, topicOf, failed } = parts;
    this.#parts = parts;
    this.#webhook = webhookOf(server, shared, parts.mayRead);
    const counters = {
      told: metrics.counter('chat_notices', 'Notifications', { outcome: 'told' }),
      kept: metrics.counter('chat_notices', 'Notifications', { outcome: 'kept' }),
    };
    this.#notices = new Notices({
      ...parts,
      ...{ keeps: config.noticesKept, postAfter: this.#webhook && config.webhookDelay, clock: Date.now },
      shelf: () => shared.notices,
      marks: (roomId) => marksIn(parts.repository, roomId),
      counted: (outcome) => counters[outcome].add(),
    });
    this.#rooms = new FollowedRooms({
      ...{ shelf: () => shared.notices, keeps: Math.max(1, config.noticesKept), againAfter, failed },
      behind: async (roomId, after) => {
        const limit = await this.#perStep(roomId);
        return history.page(topicOf(roomId), { after, order: 'oldest', limit });
      },
      decide: (roomId, messages, late) => this.#notices.decide(roomId, messages, late),
      decided: (decision) => this.#notices.decided(decision),
    });
  }

  start(): void {
    this.#webhook?.start();
    this.#first = setTimeout(() => this.makeUp(), makesUpAfter).unref();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#first);
    await this.#rooms.close();
    await this.#webhook?.stop();
  }

  /** A room has members from now on, who have read up to a message. */
  async begin(roomId: string, number: number): Promise<void> {
    await this.#parts.shared.notices.begin(roomId, number);
  }

  /** A room is gone. */
  async end(roomId: string): Promise<void> {
    await this.#parts.shared.notices.end(roomId);
  }

  /** Somebody belongs to a room no longer: what waits of it quotes what is not theirs to read any more. */
  async left(roomId: string, user: string): Promise<void> {
    await this.#parts.shared.notices.read(user, roomId, Number.MAX_SAFE_INTEGER);
  }

  /** A message is in the log of a room that has members. */
  said(roomId: string, number: number): void {
    this.#rooms.said(roomId, number);
  }

  /** Somebody died: notifies of what that one did not. */
  makeUp(): void {
    void this.#rooms.makeUp();
  }

  /** A user hears notifications now, on this node. */
  give(user: string): void {
    this.#notices.give(user).catch(this.#parts.failed);
  }

  /** This node learns that somebody hears notifications, somewhere. */
  learned(user: string): void {
    this.#notices.learned(user).catch(this.#parts.failed);
  }

  async #perStep(roomId: string): Promise<number> {
    const members = (await this.#parts.members.all(roomId))?.length ?? 0;
    return Math.max(1, Math.min(perStep, Math.floor(keptPerStep / Math.max(1, members))));
  }
}
