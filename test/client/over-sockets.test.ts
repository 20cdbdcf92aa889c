// The client against a real server over real sockets: what is sent, refused, cut off, and what comes back.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ClientOptions, type Phase, StompwireClient } from '../../src/client/index.ts';
import { Arrivals } from '../e2e/clients/arrivals.ts';
import { Service } from '../e2e/service.ts';

const room = '/topic/chat-room/7';
const to = '/app/chat-room/7/send';
let service: Service;
const people: Person[] = [];

beforeAll(async () => {
  service = await Service.start();
});
afterEach(() => Promise.all(people.splice(0).map(({ client }) => client.deactivate())));
afterAll(() => service.close());

/** Somebody in the room, whose connection can be cut. */
class Person {
  readonly client: StompwireClient;
  readonly phases = new Arrivals<Phase>(({ phase }) => phase);
  readonly resumed = new Arrivals<boolean>(String);
  readonly heard = new Arrivals<string>();
  #socket: WebSocket | undefined;

  constructor(login: string, options: ClientOptions = {}) {
    this.client = new StompwireClient({
      connectHeaders: { login },
      backoff: { first: 20, longest: 20 },
      onPhase: (phase) => this.phases.push(phase),
      ...options,
      webSocketFactory: () => {
        this.#socket = new WebSocket(service.endpoint, ['v12.stomp']);
        return this.#socket as unknown as globalThis.WebSocket;
      },
    });
    people.push(this);
    this.client.activate();
  }

  /** Hears the room, from its first message on. */
  async join(resumeFrom?: string): Promise<void> {
    this.client.subscribe(room, ({ body }) => this.heard.push(JSON.parse(body).content), {
      ...(resumeFrom !== undefined && { resumeFrom }),
      onResume: ({ complete }) => this.resumed.push(complete),
    });
    await this.says('hello');
  }

  /** Sends, until the server has confirmed it. */
  async says(content: string, options = {}): Promise<void> {
    await this.client.send(to, JSON.stringify({ content }), {
      headers: { 'content-type': 'application/json' },
      ...options,
    });
  }

  /** The connection is gone, and neither side was told. */
  cut(): void {
    this.#socket?.terminate();
  }
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `${at + 1}`);
const withoutHellos = ({ heard }: Person): string[] => heard.all.filter((content) => content !== 'hello');

describe('a client over real sockets', () => {
  it('is told what is published, and why something is not', async () => {
    const ann = new Person('ann');
    await ann.join();
    expect((await ann.heard.count(1))[0]).toBe('hello');
    await expect(ann.client.send(to, '{"content":7}')).rejects.toMatchObject({ code: 'bad-payload' });
    await expect(ann.client.send('/app/nowhere', '')).rejects.toMatchObject({ code: 'no-handler' });
    await expect(ann.says('x', { receiptLevel: 'soon' as never })).rejects.toThrow(/receipt-level/);
  });

  it('is told when to come back by a server that goes, and is not told that something failed', async () => {
    const going = await Service.start({ retryAfter: 60_000 });
    const errors: unknown[] = [];
    const phases = new Arrivals<Phase>(({ phase }) => phase);
    const client = new StompwireClient({
      webSocketFactory: () => new WebSocket(going.endpoint, ['v12.stomp']) as unknown as globalThis.WebSocket,
      backoff: { first: 1, longest: 1 },
      onPhase: (phase) => phases.push(phase),
      onServerError: (error) => errors.push(error),
      world: { now: () => 0, random: () => 0 },
    });
    client.activate();
    await phases.count(2);
    await going.close();
    const waiting = (await phases.count(3))[2]!;
    await client.deactivate();
    expect(waiting.phase).toBe('waiting');
    expect(waiting.phase === 'waiting' && waiting.until).toBeGreaterThan(1);
    expect(errors).toEqual([]);
  });

  it('is the same guest to the server after a loss', async () => {
    const tokens: unknown[] = [];
    const storage = {
      getItem: () => null,
      setItem: (_: string, token: string) => void tokens.push(token),
      removeItem: () => {},
    };
    const ann = new Person('ann', { storage });
    await ann.phases.first(({ phase }) => phase === 'online', 'the first connection');
    ann.cut();
    await ann.phases.first(({ phase }) => phase === 'waiting', 'the loss');
    await ann.says('back again'); // in the next session
    expect(tokens).toEqual([expect.stringMatching(/^[\w-]{22,64}$/)]); // one: the same was given back
  });

  it('publishes what it sends once and in order, however often its connection is cut', async () => {
    const [ann, bob] = [new Person('ann'), new Person('bob')];
    await bob.join();
    const sent = numbered(60).map(async (content, at) => {
      await ann.says(content);
      if (at % 10 === 4) ann.cut();
    });
    await Promise.all(sent);
    await ann.says('the end');
    await bob.heard.first((content) => content === 'the end', 'the last message');
    expect(withoutHellos(bob)).toEqual([...numbered(60), 'the end']);
    const losses = ann.phases.all.filter(({ phase }) => phase === 'waiting');
    expect(losses.length).toBeGreaterThan(0);
  });

  it('hears all that is published, once and in order, however often it is cut off', async () => {
    const [ann, bob] = [new Person('ann'), new Person('bob')];
    await bob.join('last-1');
    await bob.heard.first((content) => content === 'hello', 'its own first message');
    for (const content of numbered(60)) {
      await ann.says(content);
      if (Number(content) % 10 === 4) bob.cut();
    }
    await ann.says('that is all');
    await bob.heard.first((content) => content === 'that is all', 'the last message');
    const from = bob.heard.all.indexOf('1');
    expect(bob.heard.all.slice(from)).toEqual([...numbered(60), 'that is all']);
    expect(bob.phases.all.filter(({ phase }) => phase === 'waiting').length).toBeGreaterThan(0);
    expect(new Set(bob.resumed.all)).toEqual(new Set([true]));
  });

  it('stops for good when the server denies it, and says why', async () => {
    const eve = new Person('eve');
    await expect(eve.client.send('/nowhere', '')).rejects.toMatchObject({ code: 'unknown-destination' });
    const stopped = await eve.phases.first(({ phase }) => phase === 'stopped', 'the last word');
    expect(stopped).toMatchObject({ reason: expect.stringContaining('/nowhere') });
  });
});
