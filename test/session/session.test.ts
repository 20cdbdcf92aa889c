// A session's frames: one after another however slow the handlers are, however the bytes are cut, until the last word.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../src/errors.ts';
import type { Profile } from '../../src/session/profile.ts';
import { Gate } from '../broker/gate.ts';
import { type Client, World } from './world.ts';

/** A world whose handler `/app/slow/{n}` ends when its gate opens; what began and ended is written down. */
function slowWorld(options: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World(options);
  const gates = new Map<string, Gate>();
  const trace: string[] = [];
  const gate = (n: string): Gate => {
    const known = gates.get(n) ?? new Gate();
    gates.set(n, known);
    return known;
  };
  world.app.message('/slow/{n}', {}, async ({ params, body }) => {
    trace.push(`begin ${params.n}`);
    await gate(params.n).opened;
    trace.push(`end ${params.n}${body}`);
  });
  world.app.message('/quick/{n}', {}, ({ params }) => void trace.push(`quick ${params.n}`));
  return { world, gate, trace };
}

const slow = (client: Client, n: string, body = ''): Client =>
  client.say('SEND', { destination: `/app/slow/${n}` }, body);

describe('the frames of a session', () => {
  it('are handled in their order: a quick one waits behind a slow one', async () => {
    const { world, gate, trace } = slowWorld();
    const client = await world.connected();
    slow(slow(client, '1'), '2').say('SEND', { destination: '/app/quick/3' });
    await world.settled();
    expect(trace).toEqual(['begin 1']);
    gate('2').resolve();
    await world.settled();
    expect(trace).toEqual(['begin 1']);
    gate('1').resolve();
    await world.settled();
    expect(trace).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'quick 3']);
  });

  it('do not wait for those of another session', async () => {
    const { world, trace } = slowWorld();
    slow(await world.connected(), '1');
    (await world.connected()).say('SEND', { destination: '/app/quick/2' });
    expect(trace).toEqual(['begin 1', 'quick 2']);
  });

  it('go on after one that failed, slow or quick', async () => {
    const { world, gate, trace } = slowWorld();
    const client = slow(await world.connected(), '1');
    client.say('SEND', { destination: '/app/nobody' }).say('SEND', { destination: '/app/quick/2' });
    gate('1').reject(new Error('failed'));
    await world.settled();
    expect(trace).toEqual(['begin 1', 'quick 2']);
  });

  it('may come byte by byte, or all in one read, with heart-beats between them', async () => {
    const bytes =
      'CONNECT\naccept-version:1.2\n\n\0\n\nSEND\ndestination:/app/quick/1\n\n\0\r\nSEND\ndestination:/app/quick/2\n\n\0';
    for (const cut of [1, 7, bytes.length]) {
      const { world, trace } = slowWorld();
      const client = world.client();
      for (let at = 0; at < bytes.length; at += cut) client.sayRaw(bytes.slice(at, at + cut));
      await client.hears('CONNECTED');
      expect(trace).toEqual(['quick 1', 'quick 2']);
    }
  });

  it('are counted', async () => {
    const { world } = slowWorld();
    const client = await world.connected();
    client.sayRaw('SEND\ndestination:/topic/a\n\n\0SEND\ndestination:/topic/a\n\n\0SEND\n');
    expect(await world.metrics.text()).toMatch(/^stompwire_frames_received_total 3$/m);
  });

  it('end at the first that is no frame; those before it are handled, those behind it are not', async () => {
    const { world, gate, trace } = slowWorld();
    const client = await world.connected();
    client.sayRaw(
      'SEND\ndestination:/app/slow/1\n\nx\0GET / HTTP/1.1\r\n\r\nSEND\ndestination:/app/quick/2\n\n\0',
    );
    expect(await client.heard()).toEqual([]);
    gate('1').resolve();
    expect(await client.ended()).toMatchObject({ code: 'unknown-command', close: 1002 });
    expect(trace).toEqual(['begin 1', 'end 1x']);
  });

  it.each([
    ['SEND\nnocolon\n\n\0', 'bad-header', 1002],
    ['SEND\ndestination:/topic/a\\x\n\n\0', 'bad-escape', 1002],
    ['SEND\ndestination:\xff\n\n\0', 'invalid-utf8', 1002],
    ['SEND\ncontent-length:x\n\n\0', 'bad-content-length', 1002],
    ['SEND\ndestination:/topic/a\ncontent-length:1\n\nab\0', 'missing-nul', 1002],
    [`SEND\nx:${'a'.repeat(1100)}\n\n\0`, 'header-too-long', 1009],
    [`SEND\n${'a:b\n'.repeat(21)}\n\0`, 'too-many-headers', 1009],
    ['SEND\ncontent-length:10001\n\n', 'frame-too-large', 1009],
    ['MESSAGE\n\n\0', 'unknown-command', 1002],
  ])('that are %j end as %s', async (bytes, code, close) => {
    const client = (await new World().connected()).sayRaw(Buffer.from(bytes, 'latin1'));
    expect(await client.ended()).toMatchObject({ code, close });
    client.say('SEND', { destination: '/topic/a' });
    expect(await client.heard()).toEqual([]);
    expect(client.connection.closes).toHaveLength(1);
  });
});

describe('input that waits', () => {
  it('is copied: the read that brought it may be overwritten', async () => {
    const { world, gate, trace } = slowWorld();
    const client = slow(await world.connected(), '1');
    const read = Buffer.from('SEND\ndestination:/app/slow/2\n\ntext\0');
    client.session.received(read);
    read.fill('x');
    gate('1').resolve();
    gate('2').resolve();
    await world.settled();
    expect(trace.at(-1)).toBe('end 2text');
  });

  it('pauses reading when there is too much of it, and reading goes on when all of it is handled', async () => {
    const { world, gate, trace } = slowWorld({ waitingBytes: 100 });
    const client = slow(await world.connected(), '1');
    slow(client, '2');
    expect(client.connection.paused).toBe(false);
    slow(client, '3', 'x'.repeat(60));
    expect(client.connection.paused).toBe(true);
    gate('1').resolve();
    await world.settled();
    expect(client.connection.paused).toBe(true);
    gate('2').resolve();
    gate('3').resolve();
    await world.settled();
    expect(client.connection.paused).toBe(false);
    expect(trace.at(-1)).toBe(`end 3${'x'.repeat(60)}`);
    for (const n of ['4', '5']) slow(client, n);
    expect(client.connection.paused).toBe(false);
  });

  it('is forgotten when the session ends, by either side', async () => {
    for (const end of ['close', 'gone'] as const) {
      const { world, gate, trace } = slowWorld();
      const client = slow(await world.connected(), '1').say('SEND', { destination: '/app/quick/2' });
      if (end === 'close') client.session.close(1001, '');
      else client.connection.end(1006);
      gate('1').resolve();
      await world.settled();
      expect(trace).toEqual(['begin 1', 'end 1']);
      expect((await client.heard('1.2')).map(({ command }) => command)).toEqual([]);
    }
  });

  it('is nothing after the last word', async () => {
    const { world, trace } = slowWorld();
    const client = await world.connected();
    client.session.fail(new StompwireError('internal'));
    client.say('SEND', { destination: '/app/quick/1' });
    await client.heard();
    expect(trace).toEqual([]);
  });
});

describe('an ERROR', () => {
  it('names the reason, the code and the frame, and says more in its body', async () => {
    const client = (await new World().connected()).say('COMMIT', { transaction: 't', receipt: 'r' });
    const { frame } = await client.ended();
    expect(frame).toEqual({
      command: 'ERROR',
      headers: {
        message: "transaction 't' is not open: BEGIN it first",
        code: 'unknown-transaction',
        'receipt-id': 'r',
        'content-type': 'text/plain;charset=UTF-8',
        'content-length': expect.stringMatching(/^\d+$/),
      },
      body: expect.stringContaining('the transaction is not open in this session (unknown-transaction)'),
    });
  });

  it('is sent behind what waited, before the close, in one write', async () => {
    const client = await new World().connected();
    client.say('SUBSCRIBE', { id: '0', destination: '/topic/a' });
    client.say('SEND', { destination: '/topic/a' }).say('NACK', { id: '1' });
    expect((await client.heard()).map(({ command }) => command)).toEqual(['MESSAGE', 'ERROR']);
    expect(client.connection.written).toHaveLength(2);
    expect(client.connection.closes).toHaveLength(1);
  });

  it('is the only one: what fails later is no news', async () => {
    const { world, gate } = slowWorld();
    const client = slow(await world.connected(), '1');
    client.session.fail(new StompwireError('going-away'));
    client.session.fail(new StompwireError('internal'));
    gate('1').reject(new StompwireError('denied'));
    await world.settled();
    expect((await client.heard()).map(({ headers }) => headers.code)).toEqual(['going-away']);
    expect(client.connection.closes).toEqual([{ code: 1012, reason: 'the server is shutting down' }]);
  });

  it('of a 1.0 session is not escaped, and holds no line feed', async () => {
    const client = await new World().connected({ 'accept-version': '1.0' });
    client.session.fail(new StompwireError('internal', 'a:b\nc'));
    await client.heard();
    expect(client.connection.sent.toString()).toContain('ERROR\nmessage:a:b c\n');
  });

  it('is counted by its code, and logged without what the client sent', async () => {
    const world = new World();
    const client = await world.connected();
    client.say('SEND', { destination: '/topic/a\\x', passcode: 'secret' });
    await client.ended();
    expect(await world.metrics.text()).toContain('stompwire_errors_total{code="bad-escape"} 1');
    expect(JSON.stringify(world.logged)).not.toContain('secret');
  });
});

describe('a client that does not read', () => {
  const flood = async (client: Client, world: World, bytes: number): Promise<void> => {
    const other = await world.connected();
    for (let sent = 0; sent < bytes; sent += 1000)
      other.say('SEND', { destination: '/topic/a' }, 'x'.repeat(1000));
    await client.heard().catch(() => {});
  };
  const reader = async (world: World): Promise<Client> => {
    const client = (await world.connected()).say('SUBSCRIBE', { id: '0', destination: '/topic/a' });
    await client.heard();
    client.connection.stop();
    return client;
  };

  it('is closed with 4500 when too much waits, and costs no other', async () => {
    const world = new World({ outboxBytes: 10_000 });
    const [stuck, fine] = [await reader(world), await reader(world)];
    fine.connection.read();
    await flood(stuck, world, 30_000);
    expect(stuck.connection.closes).toMatchObject([{ code: 4500 }]);
    expect(stuck.connection.unsent).toBeLessThan(15_000);
    expect(await fine.heard()).toHaveLength(30);
  });

  it('is closed with 4500 when it takes nothing for outboxTime, however little waits', async () => {
    const world = new World({ outboxTime: 5000, heartbeat: { send: 0, receive: 0 } });
    const stuck = await reader(world);
    await flood(stuck, world, 1000);
    world.pass(4900);
    expect(stuck.connection.closes).toEqual([]);
    world.pass(200);
    expect(stuck.connection.closes).toMatchObject([{ code: 4500 }]);
  });

  it('is left alone when it reads in time', async () => {
    const world = new World({ outboxTime: 5000, heartbeat: { send: 0, receive: 0 } });
    const stuck = await reader(world);
    await flood(stuck, world, 3000);
    world.pass(4900);
    stuck.connection.read();
    world.pass(60_000);
    expect(stuck.connection.closes).toEqual([]);
  });
});

describe('a profile', () => {
  it('puts a frame as this server has it, before anything looks at it', async () => {
    const profile: Profile = {
      queuesFanOut: false,
      tellsRedelivered: true,
      translate: ({ command, headers }, { version }) => {
        if (headers.get('destination')?.startsWith('/none'))
          throw new StompwireError('bad-destination', 'none');
        if (command === 'SUBSCRIBE') headers.set('destination', `/queue/${version}`);
      },
    };
    const client = await new World({ profile }).connected();
    client.say('SEND', { destination: '/queue/1.2' }, 'x').say('SUBSCRIBE', { id: '0', destination: 'own' });
    expect((await client.hears('MESSAGE')).headers.redelivered).toBe('false');
    client.say('SEND', { destination: '/none' });
    expect((await client.ended()).code).toBe('bad-destination');
  });
});
