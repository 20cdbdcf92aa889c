// Speaks the chat service's language over a kept session: rooms are subscriptions, messages are SENDs.
import type { DeliveryStep } from '../model/delivery.ts';
import type { ChatState, Happening } from '../model/state.ts';
import type { WireConfig } from './config.ts';
import { type KeeperWorld, SessionKeeper } from './keeper.ts';
import { readMessage, readServiceError } from './payloads.ts';
import type { Arrival, StompSession } from './stomp-session.ts';

/** A SEND that nothing is heard of for so long is shown as unconfirmed, in milliseconds. */
export const RECEIPT_TIMEOUT = 15_000;

export interface ChatWorld extends KeeperWorld {
  /** A text that no other call and no other page returns: keys are receipt ids. */
  readonly newKey: () => string;
}

/** Where the page's state lives. */
export interface StateHolder {
  readonly state: () => ChatState;
  readonly happen: (happening: Happening) => void;
}

export class Chat {
  readonly #world: ChatWorld;
  readonly #holder: StateHolder;
  readonly #config: () => WireConfig;
  readonly #keeper: SessionKeeper;
  readonly #leave = new Map<string, () => void>();
  readonly #watches = new Map<string, () => void>();
  #session: StompSession | undefined;

  constructor(world: ChatWorld, holder: StateHolder, config: () => WireConfig) {
    this.#world = world;
    this.#holder = holder;
    this.#config = config;
    this.#keeper = new SessionKeeper(world, {
      phase: (link) => {
        if (link.phase !== 'online') this.#session = undefined;
        holder.happen({ type: 'link', link, at: world.now() });
      },
      opened: (session) => this.#opened(session),
      receipt: (key) => this.#answered(key, 'receipt'),
      refused: (key, message) => this.#answered(key, 'refusal', message),
      error: (message) => this.#notice(message),
    });
  }

  signIn(name: string): void {
    this.#holder.happen({ type: 'signed-in', name });
    this.#keeper.start(name);
  }

  signOut(): void {
    this.#keeper.stop();
    this.#holder.happen({ type: 'signed-out' });
  }

  retryNow(): void {
    this.#keeper.retryNow();
  }

  /** Joins a room unless joined, and shows it. */
  openRoom(roomId: string): void {
    this.#holder.happen({ type: 'room-opened', roomId, at: this.#world.now() });
    this.#subscribeRooms();
  }

  leaveRoom(roomId: string): void {
    this.#holder.happen({ type: 'room-left', roomId });
    this.#subscribeRooms();
  }

  /** Sends to the room that is shown: now, or when there is a connection. */
  say(content: string): void {
    this.#holder.happen({ type: 'composed', key: this.#world.newKey(), content, at: this.#world.now() });
    this.#sendQueued();
  }

  retry(key: string): void {
    this.#holder.happen({ type: 'step', key, step: 'retry' });
    this.#sendQueued();
  }

  #opened(session: StompSession): void {
    this.#session = session;
    this.#leave.clear();
    session.subscribe(`${this.#config().userPrefix}/queue/errors`, (arrival) => this.#refused(arrival));
    this.#subscribeRooms();
    this.#sendQueued();
  }

  /** Makes the session's subscriptions those of the room list. */
  #subscribeRooms(): void {
    const session = this.#session;
    if (!session) return;
    const rooms = this.#holder.state().rooms.map((room) => room.roomId);
    for (const roomId of rooms) {
      if (this.#leave.has(roomId)) continue;
      const destination = `${this.#config().topicPrefix}/chat-room/${roomId}`;
      this.#leave.set(
        roomId,
        session.subscribe(destination, (arrival) => this.#arrived(arrival)),
      );
    }
    for (const [roomId, leave] of this.#leave) {
      if (rooms.includes(roomId)) continue;
      leave();
      this.#leave.delete(roomId);
    }
  }

  #sendQueued(): void {
    const session = this.#session;
    if (!session) return;
    const waiting = this.#holder.state().rooms.flatMap((room) => room.outgoing);
    for (const { key, roomId, content, delivery } of waiting) {
      if (delivery !== 'queued') continue;
      this.#holder.happen({ type: 'step', key, step: 'write' });
      session.send(`${this.#config().appPrefix}/chat-room/${roomId}/send`, JSON.stringify({ content }), key);
      this.#watch(key);
    }
  }

  /** A service that answers nothing must not leave a message on its way for ever. */
  #watch(key: string): void {
    this.#watches.get(key)?.();
    this.#watches.set(
      key,
      this.#world.after(RECEIPT_TIMEOUT, () => this.#answered(key, 'loss')),
    );
  }

  #answered(key: string, step: DeliveryStep, reason?: string): void {
    this.#watches.get(key)?.();
    this.#watches.delete(key);
    this.#holder.happen({ type: 'step', key, step, ...(reason === undefined ? {} : { reason }) });
  }

  #arrived({ body }: Arrival): void {
    const message = readMessage(body, this.#world.now());
    if (message) this.#holder.happen({ type: 'delivered', message });
  }

  #refused({ body, headers }: Arrival): void {
    const { message } = readServiceError(body);
    const key = headers['receipt-id'];
    if (key !== undefined) this.#answered(key, 'refusal', message);
    this.#notice(message);
  }

  #notice(text: string): void {
    this.#holder.happen({ type: 'notice', key: this.#world.newKey(), text });
  }
}
