// SENDs that ask for more: receipts that stand for something, and retries that are run once.
import { describe, expect, it } from 'vitest';
import type { Sending } from '../../../src/channel/inbound.ts';
import { StompwireError } from '../../../src/errors.ts';
import { type LogPolicy, Policies, usualPolicy } from '../../../src/message/policies.ts';
import { MessageLost } from '../../../src/relay/log.ts';
import type { MemoryLogParts } from '../../../src/relay/memory-log.ts';
import { Gate } from '../../broker/gate.ts';
import { LogInMemory } from '../../contracts/log-in-memory.ts';
import { type Client, World, type WorldParts } from '../world.ts';

const room = '/topic/room/1';

/** A world with logged rooms, whose store is in the test's hand. */
class LoggedWorld extends World {
  readonly log: LogInMemory;

  constructor(
    policy: Partial<LogPolicy> = {},
    parts: Partial<MemoryLogParts> = {},
    options: WorldParts = {},
  ) {
    const whole = { ...usualPolicy, pattern: '/topic/room/*', ...policy };
    const log = new LogInMemory([whole], parts);
    super({ relay: log.relay, policies: new Policies().add(whole), ...options });
    this.log = log;
    this.rules.allow.send('/topic/room/*');
  }

  stored(seq: number): Promise<void> {
    return this.log.confirm(room, { epoch: 7, seq });
  }
}

/** A client that hears its own errors, and the room. */
async function listening(world: World, headers: Record<string, string> = {}): Promise<Client> {
  const client = await world.connected(headers);
  client.say('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
  client.say('SUBSCRIBE', { id: 'room', destination: room });
  return client;
}

const told = async (client: Client): Promise<string[]> =>
  (await client.heard()).map(({ command, headers, body }) =>
    command === 'RECEIPT'
      ? `RECEIPT ${headers['receipt-id']}`
      : headers.destination === '/user/queue/errors'
        ? `${(JSON.parse(body) as { code: string }).code} ${headers['receipt-id']}`
        : `${command} ${headers.code ?? body}`,
  );

describe('a RECEIPT', () => {
  it('of a message to be stored comes when it is, after those before it, and holds up no message', async () => {
    const world = new LoggedWorld();
    const client = await listening(world);
    client.say('SEND', { destination: room, receipt: 'a', 'receipt-level': 'stored' }, '1');
    client.say('SEND', { destination: room, receipt: 'b', 'receipt-level': 'brokered' }, '2');
    client.say('SEND', { destination: '/topic/plain', receipt: 'c' }, '3');
    expect(await told(client)).toEqual(['MESSAGE 1', 'MESSAGE 2']);
    await world.stored(1);
    expect(await told(client)).toEqual(['RECEIPT a', 'RECEIPT b', 'RECEIPT c']);
  });

  it('stands for what the policy says when the SEND does not', async () => {
    const world = new LoggedWorld({ receipt: 'stored' });
    const client = await listening(world);
    client.say('SEND', { destination: room, receipt: 'a' }, '1');
    client.say('SEND', { destination: room, receipt: 'b', 'receipt-level': 'accepted' }, '2');
    expect(await told(client)).toEqual(['MESSAGE 1', 'MESSAGE 2']);
    await world.stored(1);
    expect(await told(client)).toEqual(['RECEIPT a', 'RECEIPT b']);
  });

  it('waits for all that a handler published in its name, its replies too', async () => {
    const world = new LoggedWorld();
    world.app.message('/both', { sendTo: '/topic/room/1' }, async ({ send, reply }) => {
      await send('/topic/room/2', 'aside');
      await reply('answer');
      return 'result';
    });
    const client = await listening(world);
    const headers = { 'receipt-level': 'stored', 'reply-to': '/topic/room/3' };
    client.say('SEND', { destination: '/app/both', receipt: 'a', ...headers }, '1');
    expect(await told(client)).toEqual(['MESSAGE result']);
    for (const destination of ['/topic/room/2', '/topic/room/3', room]) {
      expect(await told(client)).toEqual([]);
      await world.log.confirm(destination, { epoch: 7, seq: 1 });
    }
    expect(await told(client)).toEqual(['RECEIPT a']);
    expect(world.log.records.map(({ sender }) => sender)).toEqual(['guest-0', 'guest-0', 'guest-0']);
  });

  it('that cannot come true is an error, and nobody hears the message', async () => {
    const world = new LoggedWorld({}, { durable: false });
    const client = await listening(world);
    client.say('SEND', { destination: room, receipt: 'a', 'receipt-level': 'stored' }, '1');
    client.say('SEND', { destination: '/topic/plain', receipt: 'b', 'receipt-level': 'stored' }, '2');
    expect(await told(client)).toEqual(['not-stored a', 'not-stored b']);
  });

  it('of what a handler did not log is no receipt for something stored', async () => {
    const world = new LoggedWorld();
    world.app.message('/nothing', () => undefined);
    const client = await listening(world);
    client.say('SEND', { destination: '/app/nothing', receipt: 'a', 'receipt-level': 'replicated' });
    client.say('SEND', { destination: '/app/nothing', receipt: 'b' });
    expect(await told(client)).toEqual(['not-stored a', 'RECEIPT b']);
  });

  it('is given up when it is not stored in time; later ones come all the same', async () => {
    const world = new LoggedWorld({}, {}, { storedTimeout: 1000 });
    const client = await listening(world);
    client.say('SEND', { destination: room, receipt: 'a', 'receipt-level': 'stored' }, '1');
    client.say('SEND', { destination: room, receipt: 'b' }, '2');
    await told(client);
    world.pass(1100);
    expect(await told(client)).toEqual(['history-unavailable a', 'RECEIPT b']);
  });

  it('is not needed to hear that something was not stored', async () => {
    const world = new LoggedWorld({}, {}, { storedTimeout: 1000 });
    const client = await listening(world);
    client.say('SEND', { destination: room, 'receipt-level': 'stored' }, '1');
    await told(client);
    world.pass(1100);
    expect(await told(client)).toEqual(['history-unavailable undefined']);
  });

  it('is refused with history-full when too much waits', async () => {
    const world = new LoggedWorld();
    const client = await listening(world);
    world.log.full = true;
    client.say('SEND', { destination: room, receipt: 'a' }, '1');
    world.log.full = false;
    client.say('SEND', { destination: room, receipt: 'b' }, '2');
    expect(await told(client)).toEqual(['history-full a', 'MESSAGE 2', 'RECEIPT b']);
  });
});

describe('a header that asks', () => {
  it.each([
    { 'receipt-level': 'sometimes' },
    { 'receipt-level': '' },
    { 'idempotency-key': '' },
    { 'idempotency-key': 'x'.repeat(129) },
    { 'idempotency-key': 'é' },
  ])('%j is an ERROR', async (headers) => {
    const client = await listening(new LoggedWorld());
    client.say('SEND', { destination: room, ...headers } as Record<string, string>, '1');
    expect(await told(client)).toEqual(['ERROR bad-header']);
  });

  it('does not travel', async () => {
    const world = new LoggedWorld();
    const client = await listening(world);
    const asking = { 'receipt-level': 'brokered', 'idempotency-key': 'k', 'client-token': 'x'.repeat(22) };
    client.say('SEND', { destination: room, own: 'v', ...asking }, '1');
    const { headers } = await client.hears('MESSAGE');
    expect(headers).toMatchObject({ own: 'v' });
    for (const name of Object.keys(asking)) expect(headers).not.toHaveProperty(name);
    expect(world.log.records[0]!.headers).toEqual(['own', 'v']);
  });

  it('costs a plain SEND nothing: no sending is made for it', async () => {
    const world = new LoggedWorld();
    const seen: (Sending | undefined)[] = [];
    world.inbound.use((inbound, next) => {
      if (inbound.command === 'SEND') seen.push(inbound.sending);
      return next();
    });
    const client = await listening(world);
    client.say('SEND', { destination: room }, '1').say('SEND', { destination: room, receipt: 'a' }, '2');
    expect(seen.map((one) => one !== undefined)).toEqual([false, true]);
  });
});

describe('a retry', () => {
  const retry = { destination: '/app/post', 'idempotency-key': 'k', receipt: 'a' };

  /** A world whose handler counts its runs, and waits at a gate if there is one. */
  function posting(run: (times: number) => Promise<void> | void = () => {}): LoggedWorld & { runs: number } {
    const world = Object.assign(new LoggedWorld(), { runs: 0 });
    world.app.message('/post', { sendTo: room }, async () => {
      await run(++world.runs);
      return `run ${world.runs}`;
    });
    return world;
  }

  it('gets a RECEIPT and is not run again, by a token in a session of its own too', async () => {
    const world = posting();
    const client = await listening(world);
    const { clientToken } = client.session;
    expect(await told(client.say('SEND', retry))).toEqual(['MESSAGE run 1', 'RECEIPT a']);
    expect(await told(client.say('SEND', retry))).toEqual(['RECEIPT a']);
    const later = await listening(world, { 'client-token': clientToken! });
    expect(later.session.clientToken).toBe(clientToken);
    expect(await told(later.say('SEND', retry))).toEqual(['RECEIPT a']);
    expect([world.runs, await told(client)]).toEqual([1, []]);
  });

  it('is run again when what it brought was lost, and not when it only cannot be confirmed', async () => {
    const world = new LoggedWorld();
    let runs = 0;
    world.app.message('/say', { sendTo: '/topic/room/1' }, () => ({ run: ++runs }));
    const client = await world.connected();
    client.say('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
    const headers = { destination: '/app/say', 'idempotency-key': 'k', 'receipt-level': 'stored' };
    const reasons = [new StompwireError('relay-unavailable', 'away'), new MessageLost(), undefined];
    Object.assign(world.log.relay.log!, {
      stored: async () => {
        const reason = reasons.shift();
        if (reason !== undefined) throw reason;
      },
    });
    for (const receipt of ['a', 'b', 'c']) {
      client.say('SEND', { ...headers, receipt }, '{}');
      expect(await told(client)).toEqual([receipt === 'c' ? 'RECEIPT c' : `relay-unavailable ${receipt}`]);
      expect(runs).toBe(receipt === 'c' ? 2 : 1);
    }
  });

  it('is not somebody else, nor another destination, who takes the same key', async () => {
    const world = posting();
    const [one, other] = [await listening(world), await listening(world)];
    world.app.message('/else', () => undefined);
    one.say('SEND', retry).say('SEND', { ...retry, destination: '/app/else' });
    await world.settled();
    other.say('SEND', retry);
    await world.settled();
    expect(world.runs).toBe(2);
    expect(new Set(world.log.records.map(({ key }) => key)).size).toBe(2);
  });

  it('waits for the first that is still running, and fails as it does', async () => {
    const gates = [new Gate(), new Gate()];
    const world = posting((times) => gates[times - 1]!.opened);
    const first = await listening(world);
    first.say('SEND', retry);
    const second = await listening(world, { 'client-token': first.session.clientToken! });
    second.say('SEND', { ...retry, receipt: 'b' });
    expect(await told(second)).toEqual([]);
    gates[0]!.reject(new StompwireError('history-unavailable', 'not now'));
    expect(await told(second)).toEqual(['history-unavailable b']);
    expect(await told(first)).toEqual(['history-unavailable a']);
    second.say('SEND', { ...retry, receipt: 'c' });
    first.say('SEND', { ...retry, receipt: 'd' });
    expect(await told(first)).toEqual([]);
    gates[1]!.resolve();
    await world.settled();
    expect([await told(first), await told(second)]).toEqual([
      ['MESSAGE run 2', 'RECEIPT d'],
      ['MESSAGE run 2', 'RECEIPT c'],
    ]);
  });

  it('asks for its own level: what was brokered is waited for until it is stored', async () => {
    const world = posting();
    const client = await listening(world);
    client.say('SEND', retry);
    await told(client);
    client.say('SEND', { ...retry, receipt: 'b', 'receipt-level': 'stored' });
    expect(await told(client)).toEqual([]);
    await world.stored(1);
    expect(await told(client)).toEqual(['RECEIPT b']);
  });

  it('of what an earlier run of the service has stored is receipted, and nobody hears it', async () => {
    const before = posting();
    const first = await listening(before);
    first.say('SEND', retry);
    await before.settled();
    const [record] = before.log.records;
    const world = posting();
    world.log.relay.log!.remember(room, record!.key!, { epoch: 3, seq: 9 }, world.log.now);
    const client = await listening(world, { 'client-token': first.session.clientToken! });
    client.say('SEND', { ...retry, 'receipt-level': 'stored' });
    expect(await told(client)).toEqual(['RECEIPT a']);
    expect(world.log.records).toEqual([]);
  });

  it('is held to the rules like the first', async () => {
    const world = posting();
    const client = await listening(world);
    client.say('SEND', retry);
    await told(client);
    world.rules.deny.send('/app/**');
    const rules = new LoggedWorld();
    rules.inbound.use(() => {
      throw new StompwireError('rate-limited');
    });
    const other = rules.client();
    other.say('CONNECT', { 'accept-version': '1.2' });
    expect(await told(other)).toEqual(['ERROR rate-limited']);
    expect(await told(client.say('SEND', { ...retry, receipt: 'b' }))).toEqual(['ERROR denied']);
  });

  it('that a handler published more than one message for finds each of them', async () => {
    const world = new LoggedWorld();
    let fails = true;
    world.app.message('/post', async ({ send }) => {
      await send(room, 'one');
      if (fails) throw new StompwireError('history-unavailable', 'half way');
      await send(room, 'two');
    });
    const client = await listening(world);
    expect(await told(client.say('SEND', retry))).toEqual(['MESSAGE one', 'history-unavailable a']);
    fails = false;
    expect(await told(client.say('SEND', retry))).toEqual(['MESSAGE two', 'RECEIPT a']);
    const [first, second] = world.log.records as unknown as { key: string }[];
    expect(second!.key).toBe(`${first!.key}/1`);
  });
});

describe('a guest', () => {
  it('that brings a bad token is refused', async () => {
    for (const token of ['short', 'x'.repeat(65), `${'x'.repeat(21)}!`]) {
      const client = new World().client();
      client.say('CONNECT', { 'accept-version': '1.2', 'client-token': token });
      expect((await client.ended()).code).toBe('bad-header');
    }
  });

  it('keeps its token from interceptors and from the log', async () => {
    const world = new World();
    const seen: string[] = [];
    world.inbound.use(({ headers }, next) => {
      seen.push(...headers.pairs);
      return next();
    });
    const token = 'secret-secret-secret-secret';
    await world.connected({ 'client-token': token });
    expect(seen.join()).not.toContain(token);
    expect(JSON.stringify(world.logged)).not.toContain(token);
  });
});
