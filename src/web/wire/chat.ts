// Speaks the chat service's language over a kept connection: rooms are subscriptions, messages are SENDs.
import {
  type ClientError,
  type ClientSubscription,
  type OpenSession,
  type Phase,
  StompwireClient,
  type TextStorage,
  type World,
} from '../../client/index.ts';
import type { DeliveryStep } from '../model/delivery.ts';
import type { LinkPhase } from '../model/link-phase.ts';
import type { Unsent } from '../model/room-log.ts';
import { type ChatState, find, type Happening } from '../model/state.ts';
import type { WireConfig } from './config.ts';
import { readMessage } from './payloads.ts';

/** So many messages of before are shown of a room that is joined. */
export const HISTORY = 50;

/** After so long nothing is sent again by itself: the service knows a key for ten minutes. */
export const PATIENCE = 9 * 60_000;

export interface ChatWorld {
  readonly openSession: OpenSession;
  /** `newKey` gives what no other page does: keys are receipt ids and idempotency keys. */
  readonly world: Pick<World, 'now' | 'newKey'> & Partial<World>;
  /** Keeps what the service gave this tab, over reloads. */
  readonly storage: TextStorage;
}

/** Where the page's state lives. */
export interface StateHolder {
  readonly state: () => ChatState;
  readonly happen: (happening: Happening) => void;
}

export class Chat {
  readonly #openSession: OpenSession;
  readonly #world: ChatWorld['world'];
  readonly #storage: TextStorage;
  readonly #holder: StateHolder;
  readonly #config: () => WireConfig;
  readonly #joined = new Map<string, ClientSubscription>();
  #client: StompwireClient | undefined;

  constructor({ openSession, world, storage }: ChatWorld, holder: StateHolder, config: () => WireConfig) {
    this.#openSession = openSession;
    this.#world = world;
    this.#storage = storage;
    this.#holder = holder;
    this.#config = config;
  }

  /** @param unsent - what this tab had not seen confirmed when it was loaded anew */
  signIn(name: string, unsent: readonly Unsent[] = []): void {
    this.#end();
    this.#holder.happen({ type: 'signed-in', name });
    const client = new StompwireClient({
      openSession: this.#openSession,
      world: this.#world,
      storage: this.#storage,
      storagePrefix: `stompwire.${name}.`,
      connectHeaders: { login: name },
      errorQueue: `${this.#config().userPrefix}/queue/errors`,
      idempotent: this.#config().resume,
      queue: { age: PATIENCE },
      onPhase: (phase) => {
        if (this.#client === client) this.#linked(phase, name);
      },
      onServerError: ({ message }) => this.#notice(message),
    });
    this.#client = client;
    this.#joinRooms();
    for (const out of unsent) this.#restore(out);
    client.activate();
  }

  signOut(): void {
    this.#end();
    this.#holder.happen({ type: 'signed-out' });
  }

  retryNow(): void {
    this.#client?.retryNow();
  }

  /** Joins a room unless joined, and shows it. */
  openRoom(roomId: string): void {
    this.#holder.happen({ type: 'room-opened', roomId, at: this.#world.now() });
    this.#joinRooms();
  }

  leaveRoom(roomId: string): void {
    this.#holder.happen({ type: 'room-left', roomId });
    this.#joinRooms();
  }

  /** Sends to the room that is shown: now, or when there is a connection. */
  say(content: string): void {
    const key = this.#world.newKey();
    this.#holder.happen({ type: 'composed', key, content, at: this.#world.now() });
    this.#sendAgain(key);
  }

  retry(key: string): void {
    this.#holder.happen({ type: 'step', key, step: 'retry' });
    this.#sendAgain(key);
  }

  #end(): void {
    const client = this.#client;
    this.#client = undefined;
    this.#joined.clear();
    void client?.deactivate();
  }

  #linked(phase: Phase, name: string): void {
    const link: LinkPhase = phase.phase === 'online' ? { ...phase, user: phase.user ?? name } : phase;
    this.#holder.happen({ type: 'link', link, at: this.#world.now() });
  }

  /** Makes the subscriptions those of the room list. */
  #joinRooms(): void {
    const rooms = this.#holder.state().rooms.map((room) => room.roomId);
    for (const roomId of rooms) {
      const joined = this.#joined.get(roomId) ?? this.#join(roomId);
      if (joined) this.#joined.set(roomId, joined);
    }
    for (const [roomId, joined] of this.#joined) {
      if (rooms.includes(roomId)) continue;
      joined.unsubscribe();
      this.#joined.delete(roomId);
    }
  }

  #join(roomId: string): ClientSubscription | undefined {
    const { topicPrefix, resume } = this.#config();
    return this.#client?.subscribe(`${topicPrefix}/chat-room/${roomId}`, ({ body }) => this.#arrived(body), {
      ...(resume && { resumeFrom: `last-${HISTORY}` }),
      remember: false, // the page does not remember what it showed
      onResume: ({ complete }) => {
        if (!complete) this.#holder.happen({ type: 'gap', roomId, at: this.#world.now() });
      },
      onRefused: ({ message }) => this.#notice(message),
    });
  }

  #restore(out: Unsent): void {
    const isYoung = this.#config().resume && this.#world.now() - out.composedAt < PATIENCE;
    this.#holder.happen({ type: 'restored', ...out, delivery: isYoung ? 'interrupted' : 'unconfirmed' });
    if (isYoung && find(this.#holder.state(), out.roomId)) this.#send(out, out.composedAt);
  }

  #sendAgain(key: string): void {
    const waiting = this.#holder.state().rooms.flatMap((room) => room.outgoing);
    const out = waiting.find((one) => one.key === key);
    if (out) this.#send(out);
  }

  #send({ key, roomId, content }: Unsent, since?: number): void {
    const client = this.#client;
    if (!client) return;
    const headers = { 'content-type': 'application/json' };
    const answered = (step: DeliveryStep, reason?: string): void => {
      if (this.#client === client) this.#answered(key, step, reason);
    };
    client
      .send(`${this.#config().appPrefix}/chat-room/${roomId}/send`, JSON.stringify({ content }), {
        headers,
        key,
        ...(since !== undefined && { since }),
      })
      .then(
        () => answered('receipt'),
        ({ message, mayHaveArrived }: ClientError) =>
          mayHaveArrived ? answered('doubt') : answered('refusal', message),
      );
  }

  #answered(key: string, step: DeliveryStep, reason?: string): void {
    this.#holder.happen({ type: 'step', key, step, ...(reason === undefined ? {} : { reason }) });
    if (reason !== undefined) this.#notice(reason);
  }

  #arrived(body: string): void {
    const message = readMessage(body, this.#world.now());
    if (message) this.#holder.happen({ type: 'delivered', message });
  }

  #notice(text: string): void {
    this.#holder.happen({ type: 'notice', key: this.#world.newKey(), text });
  }
}
