// One session, by WebSocket or, where a proxy lets no WebSocket through, by SockJS over plain HTTP requests.
import type { IMessage, StompHeaders } from '@stomp/stompjs';
import type { Dial, OpenSession, SessionEnd, SessionEvents, StompSession } from '../../client/index.ts';

export type Way = 'websocket' | 'sockjs';

/** What is needed of the world; a test brings its own. */
export interface WaysWorld {
  /** How a way is dialled, once the service says that it is there; `undefined`: it is not. */
  readonly dial: (way: Way) => Promise<Dial | undefined>;
  readonly openBy: (dial: Dial) => OpenSession;
  /** The way that led to the service on this visit. */
  readonly remembered: () => Way | undefined;
  readonly remember: (way: Way | undefined) => void;
}

/** Close codes that come from no service: the connection was never made, or nothing was heard over it. */
const UNANSWERED: Readonly<Record<Way, ReadonlySet<number>>> = {
  websocket: new Set([1006, 4001]),
  sockjs: new Set([1002, 1006, 2000, 4001]),
};

/** Opens sessions: the way that is remembered, else by WebSocket; when that leads nowhere, by SockJS. */
export function openEitherWay(world: WaysWorld): OpenSession {
  return (connectHeaders, events) => new EitherWay(world, connectHeaders, events);
}

class EitherWay implements StompSession {
  readonly #world: WaysWorld;
  readonly #connectHeaders: () => Promise<StompHeaders>;
  readonly #events: SessionEvents;
  #session: StompSession | undefined;
  #isClosed = false;

  constructor(world: WaysWorld, connectHeaders: () => Promise<StompHeaders>, events: SessionEvents) {
    this.#world = world;
    this.#connectHeaders = connectHeaders;
    this.#events = events;
    void this.#try(world.remembered() ?? 'websocket');
  }

  subscribe(destination: string, arrived: (message: IMessage) => void, headers: StompHeaders): () => void {
    return this.#session?.subscribe(destination, arrived, headers) ?? (() => {});
  }

  send(destination: string, body: string | Uint8Array, headers: StompHeaders): void {
    this.#session?.send(destination, body, headers);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#session?.close();
  }

  async #try(way: Way): Promise<void> {
    const dial = await this.#world.dial(way);
    if (this.#isClosed) return;
    if (dial === undefined) return this.#nowhere(way);
    const events = this.#events;
    let isAnswered = false;
    this.#session = this.#world.openBy(dial)(this.#connectHeaders, {
      opened: (headers) => {
        isAnswered = true;
        this.#world.remember(way);
        events.opened(headers);
      },
      receipt: (headers) => events.receipt(headers),
      refused: (receiptId, error) => events.refused(receiptId, error),
      ended: (end) => {
        if (isAnswered || answers(end, way)) events.ended(end);
        else this.#nowhere(way);
      },
    });
  }

  /** The other way is tried once; then it is up to whoever wanted the session to try again. */
  #nowhere(way: Way): void {
    this.#world.remember(undefined);
    if (way === 'websocket') void this.#try('sockjs');
    else this.#events.ended({ code: 1006, error: undefined });
  }
}

function answers({ code, error }: SessionEnd, way: Way): boolean {
  return error !== undefined || !UNANSWERED[way].has(code);
}
