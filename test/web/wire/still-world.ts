// A world for the page's connection in which nothing happens by itself: the test opens, answers, ends and rings.
import type { ChatWorld } from '../../../src/web/wire/chat.ts';
import type { Arrival, SessionEvents, StompSession } from '../../../src/web/wire/stomp-session.ts';

/** What was asked of a session, and the way to answer. */
export class StillSession implements StompSession {
  readonly login: string;
  readonly events: SessionEvents;
  readonly subscriptions = new Map<string, (arrival: Arrival) => void>();
  readonly sent: { destination: string; body: string; receiptId: string }[] = [];
  isClosed = false;

  constructor(login: string, events: SessionEvents) {
    this.login = login;
    this.events = events;
  }

  subscribe(destination: string, arrived: (arrival: Arrival) => void): () => void {
    this.subscriptions.set(destination, arrived);
    return () => this.subscriptions.delete(destination);
  }

  send(destination: string, body: string, receiptId: string): void {
    this.sent.push({ destination, body, receiptId });
  }

  close(): void {
    this.isClosed = true;
  }
}

export class StillWorld implements ChatWorld {
  time = 0;
  readonly sessions: StillSession[] = [];
  timers: { at: number; callback: () => void }[] = [];
  #keys = 0;

  readonly now = (): number => this.time;
  readonly random = (): number => 1;
  readonly newKey = (): string => `key-${++this.#keys}`;

  readonly open = (login: string, events: SessionEvents): StompSession => {
    const session = new StillSession(login, events);
    this.sessions.push(session);
    return session;
  };

  readonly after = (milliseconds: number, callback: () => void): (() => void) => {
    const timer = { at: this.time + milliseconds, callback };
    this.timers = [...this.timers, timer].sort((one, other) => one.at - other.at);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  };

  get newest(): StillSession {
    return this.sessions.at(-1)!;
  }

  get nextAt(): number {
    return this.timers[0]!.at;
  }

  /** Lets the time pass until the next timer, and rings that. */
  ring(): void {
    const timer = this.timers.shift()!;
    this.time = timer.at;
    timer.callback();
  }
}
