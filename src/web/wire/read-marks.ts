// Tells the service how far the room that is shown was read, a moment after something new was seen.
import type { StompwireClient } from '../../client/index.ts';
import type { MessageEntry, RoomLog } from '../model/room-log.ts';
import { type ChatState, find, seesNewest } from '../model/state.ts';
import type { WireConfig } from './config.ts';

/** What comes within this time is told of at once, in milliseconds. */
const GATHER = 300;

export class ReadMarks {
  readonly #client: StompwireClient;
  readonly #config: WireConfig;
  readonly #told = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: { readonly roomId: string; readonly messageId: string } | undefined;

  constructor(client: StompwireClient, config: WireConfig) {
    this.#client = client;
    this.#config = config;
  }

  /** The page shows a state: what is seen of it is read. */
  look(state: ChatState): void {
    if (!this.#config.features.has('unread') || !seesNewest(state) || state.link.phase !== 'online') return;
    const log = find(state, state.current);
    const messageId = log && newestPlace(log);
    if (log === undefined || messageId === undefined || this.#told.get(log.roomId) === messageId) return;
    if (this.#waiting && this.#waiting.roomId !== log.roomId) this.#tell();
    this.#told.set(log.roomId, messageId);
    this.#waiting = { roomId: log.roomId, messageId };
    this.#timer ??= setTimeout(() => this.#tell(), GATHER);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
  }

  #tell(): void {
    const { roomId, messageId } = this.#waiting ?? {};
    this.end();
    if (roomId === undefined) return;
    const headers = { 'content-type': 'application/json' };
    const destination = `${this.#config.appPrefix}/chat-room/${roomId}/read`;
    // one that is lost is made good by the next
    this.#client.send(destination, JSON.stringify({ messageId }), { headers }).catch(() => {});
  }
}

function newestPlace({ entries }: RoomLog): string | undefined {
  const isPlaced = (entry: RoomLog['entries'][number]): entry is MessageEntry =>
    entry.kind === 'message' && entry.messageId !== undefined;
  return entries.findLast(isPlaced)?.messageId;
}
