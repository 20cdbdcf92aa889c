// The rooms of the list are subscriptions, each with the newest of what was said before.
import type { IMessage } from '@stomp/stompjs';
import type { ClientError, ClientSubscription, StompwireClient } from '../../client/index.ts';
import type { WireConfig } from './config.ts';

/** So many messages of before are shown of a room that is joined. */
export const HISTORY = 50;

/** Hears what comes of them. */
export interface RoomListener {
  readonly arrived: (message: IMessage) => void;
  /** Some of what was said may be missing. */
  readonly gap: (roomId: string) => void;
  readonly refused: (roomId: string, error: ClientError) => void;
}

export class RoomSubscriptions {
  readonly #client: StompwireClient;
  readonly #config: WireConfig;
  readonly #listener: RoomListener;
  readonly #joined = new Map<string, ClientSubscription>();

  constructor(client: StompwireClient, config: WireConfig, listener: RoomListener) {
    this.#client = client;
    this.#config = config;
    this.#listener = listener;
  }

  /** Makes the subscriptions those of these rooms. */
  keep(rooms: readonly string[]): void {
    for (const roomId of rooms) if (!this.#joined.has(roomId)) this.#joined.set(roomId, this.#join(roomId));
    for (const [roomId, joined] of this.#joined) {
      if (rooms.includes(roomId)) continue;
      joined.unsubscribe();
      this.#joined.delete(roomId);
    }
  }

  #join(roomId: string): ClientSubscription {
    const { topicPrefix, resume } = this.#config;
    const { arrived, gap, refused } = this.#listener;
    return this.#client.subscribe(`${topicPrefix}/chat-room/${roomId}`, arrived, {
      ...(resume && { resumeFrom: `last-${HISTORY}` }),
      remember: false, // the page does not remember what it showed
      onResume: ({ complete }) => {
        if (!complete) gap(roomId);
      },
      onRefused: (error) => refused(roomId, error),
    });
  }
}
