// Calls one handler alone: its hooks, its schema and its exception handlers are real, and nothing else is there.
import { Buffer } from 'node:buffer';
import { Headers } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import { Channel, type Soon } from '../channel/channel.ts';
import type { Inbound } from '../channel/inbound.ts';
import { StompwireError } from '../errors.ts';
import type { Message } from '../message/message.ts';
import { noMetrics } from '../metrics/metrics.ts';
import type { Application } from '../routing/application.ts';
import { Handlers } from '../routing/handlers.ts';
import { Publisher } from '../routing/publisher.ts';
import type { Route } from '../routing/route.ts';
import type { Found } from '../routing/route-table.ts';
import { TimingWheel } from '../time/wheel.ts';
import { type Published, Recorder } from './recorder.ts';

/** What a handler is called with. */
export interface CallParts {
  /** Objects as JSON, strings as text, bytes as they are; `content-type` in `headers` may ask for a converter. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A name, which is proven, or whatever of a user matters; default: `tester`. */
  readonly user?: string | Partial<User>;
  /** What the application keeps with the session; the handler's changes are seen here. */
  readonly attributes?: Map<string, unknown>;
}

/** What became of a call. */
export interface Called {
  /** What the handler returned; `undefined` when it failed. */
  readonly result: unknown;
  /** What was sent, in its order: the result's way, and what the handler itself sent. */
  readonly published: readonly Published[];
  /** The failure that an exception handler answered. */
  readonly failure: unknown;
}

/**
 * Calls the handler of a SEND.
 *
 * @param destination - behind the application prefix, such as `/chat-room/7/send`
 * @throws whatever the handler or a hook throws, unless an exception handler answers it
 * @throws {StompwireError} `no-handler`, `bad-payload`
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createServer } from 'stompwire';
 * import { callHandler } from 'stompwire/testing';
 *
 * const { app } = createServer({ logLevel: 'silent' });
 * app.message('/chat-room/{id}/send', { sendTo: '/topic/chat-room/{id}' }, ({ body, user }) => `${user.name}: ${body}`);
 *
 * const { result, published } = await callHandler(app, '/chat-room/7/send', { body: 'hello', user: 'ann' });
 * assert.equal(result, 'ann: hello');
 * assert.deepEqual(published.map(({ destination }) => destination), ['/topic/chat-room/7']);
 * ```
 */
export function callHandler(app: Application, destination: string, parts: CallParts = {}): Promise<Called> {
  return new Trial(app).run(inboundOf('SEND', app, destination, parts), (handlers, inbound) =>
    handlers.send(inbound),
  );
}

/**
 * Calls the handler of a SUBSCRIBE; see {@link callHandler}. Its answer is among what was published.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createServer } from 'stompwire';
 * import { callSubscribeHandler } from 'stompwire/testing';
 *
 * const { app } = createServer({ logLevel: 'silent' });
 * app.subscribe('/chat-room/{id}/members', ({ params }) => [params.id, 'ann']);
 * assert.deepEqual((await callSubscribeHandler(app, '/chat-room/7/members')).result, ['7', 'ann']);
 * ```
 */
export function callSubscribeHandler(
  app: Application,
  destination: string,
  parts: CallParts = {},
): Promise<Called> {
  return new Trial(app).run(
    inboundOf('SUBSCRIBE', app, destination, { headers: { id: 'sub-0' }, ...parts }),
    (handlers, inbound, deliver) => handlers.subscribe(inbound, deliver),
  );
}

const prefixes = {
  appPrefix: '/app',
  userPrefix: '/user',
  topics: ['/topic'],
  replies: ['/topic', '/queue', '/reply-queue'],
};
const queues = { queues: true, clock: Date.now };

type Step = (handlers: Handlers, inbound: Inbound, deliver: (message: Message) => void) => Soon<void>;

/** One call, and what it leaves behind. */
class Trial {
  readonly #app: Application;
  readonly #recorder: Recorder;
  readonly #handlers: Handlers;
  #result: unknown;

  constructor(app: Application) {
    this.#app = app;
    this.#recorder = new Recorder(app.converters);
    const nextId = (): string => 'm';
    const { broker, users, send } = this.#recorder;
    const { separator, converters } = app;
    const publisher = new Publisher({ broker, users, converters, separator, nextId, ...queues });
    const wheel = new TimingWheel();
    const inbound = new Channel<Inbound>();
    const parts = { publisher, separator, nextId, inbound, send, wheel, handlerTimeout: 0, ...prefixes };
    this.#handlers = new Handlers({ ...parts, metrics: noMetrics, app: this.#heard() });
  }

  async run(inbound: Inbound, step: Step): Promise<Called> {
    const { published } = this.#recorder;
    try {
      await step(this.#handlers, inbound, this.#recorder.deliver);
      return { result: this.#result, published, failure: undefined };
    } catch (error) {
      if (!(error instanceof StompwireError)) throw error;
      if (error.answered) return { result: undefined, published, failure: error.cause };
      // a test wants to see what its handler threw, not what a client is told of it
      throw error.code === 'handler-failed' && error.cause !== undefined ? error.cause : error;
    }
  }

  /** The application, with an ear at what its handlers return. */
  #heard(): Pick<Application, 'find' | 'findSubscription'> {
    return {
      find: (destination) => this.#listening(this.#app.find(destination)),
      findSubscription: (destination) => this.#listening(this.#app.findSubscription(destination)),
    };
  }

  #listening(found: Found<Route> | undefined): Found<Route> | undefined {
    if (found === undefined) return undefined;
    const { handler } = found.value;
    const heard: Route['handler'] = async (context) => (this.#result = await handler(context));
    return { ...found, value: { ...found.value, handler: heard } };
  }
}

function inboundOf(
  command: 'SEND' | 'SUBSCRIBE',
  app: Application,
  path: string,
  { body, headers = {}, user = 'tester', attributes = new Map() }: CallParts,
): Inbound {
  const destination = `${prefixes.appPrefix}${path}`;
  const converted = body === undefined ? undefined : app.converters.write(body, headers['content-type']);
  const type = converted && { 'content-type': converted.contentType };
  const session = {
    id: 'session',
    user: {
      name: 'tester',
      authenticated: true,
      roles: [],
      ...(typeof user === 'string' ? { name: user } : user),
    },
    peer: { transport: 'tcp' as const, address: '127.0.0.1', secure: false },
    attributes,
    now: 0,
    ended: new AbortController().signal,
  };
  const all = Headers.from({ destination, ...type, ...headers });
  return { command, destination, headers: all, body: converted?.body ?? Buffer.alloc(0), session };
}
