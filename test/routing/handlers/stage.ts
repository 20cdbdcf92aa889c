// A router with people on it: everything under the sessions is real, the sessions are only names.
import { Buffer } from 'node:buffer';
import { Headers } from '../../../frames/index.ts';
import { Broker } from '../../../src/broker/broker.ts';
import { Channel, type Soon } from '../../../src/channel/channel.ts';
import type { Inbound } from '../../../src/channel/inbound.ts';
import { StompwireError } from '../../../src/errors.ts';
import type { Message } from '../../../src/message/message.ts';
import { MemoryRelay } from '../../../src/relay/memory.ts';
import type { Relay } from '../../../src/relay/relay.ts';
import { Application } from '../../../src/routing/application.ts';
import { OwnQueues } from '../../../src/routing/own-queues.ts';
import { Router } from '../../../src/routing/router.ts';
import { ownAddress } from '../../../src/routing/user-destinations.ts';
import { type Registered, UserRegistry } from '../../../src/routing/user-registry.ts';
import { TimingWheel, tickMs } from '../../../src/time/wheel.ts';
import { Listener } from '../../broker/listener.ts';

const usual = { appPrefix: '/app', brokerPrefixes: ['/topic', '/queue'], userPrefix: '/user' };

/** A session, and what its own queues heard. */
export class Person extends Listener {
  readonly session: Registered;
  readonly ending = new AbortController();

  constructor(id: string, name: string, authenticated: boolean) {
    super(id);
    const known: Partial<Registered> = {
      id,
      user: { name, authenticated, roles: [] },
      attributes: new Map(),
      ended: this.ending.signal,
    };
    this.session = known as Registered;
  }
}

export class Stage {
  readonly app: Application;
  readonly broker: Broker;
  readonly router: Router;
  readonly registry = new UserRegistry();
  readonly inbound = new Channel<Inbound>();
  readonly wheel: TimingWheel;
  /** Hears everything, own queues too. */
  readonly everything = new Listener('everything');
  #now = 1000;
  #ids = 0;

  constructor(
    given: { separator?: '/' | '.'; brokerPrefixes?: string[]; handlerTimeout?: number; relay?: Relay } = {},
  ) {
    const { separator = '/', relay = new MemoryRelay(), handlerTimeout = 0 } = given;
    const options = { ...usual, separator, brokerPrefixes: given.brokerPrefixes ?? usual.brokerPrefixes };
    const nextId = (): string => String(this.#ids++);
    this.app = new Application(separator);
    this.wheel = new TimingWheel(() => this.#now);
    this.broker = new Broker(relay, { separator });
    void this.broker.start();
    const users = new OwnQueues(this.broker, this.registry, options, nextId);
    const { inbound, wheel } = this;
    this.router = new Router(this.broker, this.app, options, nextId, {
      users,
      inbound,
      wheel,
      handlerTimeout,
    });
    void this.broker.subscribe('/**', this.everything);
  }

  /** Somebody who listens to all own queues. */
  enter(id: string, name = 'ann', authenticated = true): Person {
    const person = new Person(id, name, authenticated);
    this.registry.add(person.session);
    void this.broker.subscribe(ownAddress(person.session, '/queue/**'), person);
    return person;
  }

  send(who: Person, destination: string, body: string | Buffer = '', headers = {}): Soon<void> {
    return this.router.send(inboundOf('SEND', who, destination, body, headers));
  }

  subscribe(who: Person, destination: string, heard: Message[] = [], headers = {}): Soon<void> {
    const inbound = inboundOf('SUBSCRIBE', who, destination, '', headers);
    return this.router.subscribe(inbound, (message) => void heard.push(message));
  }

  /** Lets time go by, tick by tick. */
  pass(milliseconds: number): void {
    for (const until = this.#now + milliseconds; this.#now < until; ) {
      this.#now = Math.min(this.#now + tickMs, until);
      this.wheel.advance();
    }
  }

  /** What was published: destination and body. */
  get published(): [string, string][] {
    const published = this.everything.messages.filter(({ address }) => address.startsWith('/'));
    return told({ messages: published });
  }
}

function inboundOf(
  command: 'SEND' | 'SUBSCRIBE',
  { session }: Person,
  destination: string,
  body: string | Buffer,
  headers: Record<string, string>,
): Inbound {
  const all = Headers.from({ destination, ...headers });
  return { command, destination, headers: all, body: Buffer.from(body as string), session };
}

/** What a listener heard: destination and body. */
export function told({ messages }: Pick<Listener, 'messages'>): [string, string][] {
  return messages.map(({ destination, body }) => [destination, body.toString()]);
}

/** How something was refused, now or later. */
export async function refusal(run: () => unknown): Promise<StompwireError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof StompwireError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
