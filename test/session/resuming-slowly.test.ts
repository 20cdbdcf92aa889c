// A client that resumes and takes its time: what waits for it is bounded, and it is let go of when it leaves.
import { describe, expect, it } from 'vitest';
import { bodiesOf, LoggedWorld, numbers, room } from './logged-world.ts';

describe('a client that resumes and reads slowly', () => {
  const slowly = async (world: LoggedWorld) => {
    const client = await world.listener();
    client.connection.stop(1000);
    client.say('SUBSCRIBE', { id: 's', destination: room, 'resume-from': 'first' });
    await world.settled();
    return client;
  };

  it('has no more waiting in the server than its credit, is not slow, and gets all of it', async () => {
    const world = new LoggedWorld({ outboxBytes: 1_000_000, policy: { count: 50 } });
    world.say(4000, 1000);
    await world.written();
    const client = await slowly(world);
    let most = 0;
    const bodies: string[] = [];
    for (let i = 0; bodies.length < 4000 && i < 1000; i++) {
      most = Math.max(most, client.session.outbox.held);
      client.connection.read(100_000);
      bodies.push(...bodiesOf(await client.heard()));
      if (i % 10 === 0) world.say();
    }
    client.connection.read();
    expect(bodies.slice(0, 4000)).toEqual(numbers(1, 4000));
    expect(most).toBeGreaterThan(50_000);
    expect(most).toBeLessThanOrEqual(256 * 1024);
    expect(await client.ended()).toMatchObject({ close: undefined });
  });

  it('has as little waiting when it resumes ten times at once, and others go on talking', async () => {
    const world = new LoggedWorld({ outboxBytes: 1_000_000, maxSubscriptions: 11 });
    world.say(50, 4000); // more than the credit: none of them goes live
    const client = await world.listener();
    client.connection.stop(1000);
    const ids = numbers(1, 10);
    for (const id of ids) client.say('SUBSCRIBE', { id, destination: room, 'resume-from': 'first' });
    await world.settled();
    const waited = client.session.outbox.held;
    for (let i = 0; i < 70; i++) {
      world.say(1, 900);
      await world.settled();
    }
    const most = Number(/^stompwire_resume_held_bytes_max (\d+)$/m.exec(await world.metrics.text())![1]);
    expect(waited).toBeGreaterThan(128 * 1024);
    expect(most).toBeGreaterThan(waited + 32 * 1024);
    expect(most).toBeLessThanOrEqual(256 * 1024);
    client.connection.read();
    const heard = await client.heard();
    for (let more = await client.heard(); more.length > 0; more = await client.heard()) heard.push(...more);
    for (const id of ids)
      expect(bodiesOf(heard.filter(({ headers }) => headers.subscription === id))).toEqual(numbers(1, 120));
  });

  it('is given nothing that was redacted meanwhile, though it was read, or heard, before', async () => {
    const world = new LoggedWorld({ outboxBytes: 1_000_000 });
    world.say(50, 4000); // more than the credit
    const client = await slowly(world);
    world.say(); // close behind what is replayed: it waits to come next
    await world.settled();
    for (const seq of [50, 51])
      client.session.services.replay!.forget({ destination: room, position: { epoch: 1, seq } });
    client.connection.read();
    const heard = await client.heard();
    for (let more = await client.heard(); more.length > 0; more = await client.heard()) heard.push(...more);
    const gone = heard.filter(({ headers }) => headers.tombstone === 'redacted').map(({ body }) => body);
    expect([bodiesOf(heard), gone]).toEqual([
      [...numbers(1, 49), '', ''],
      ['', ''],
    ]);
  });

  it('is slow once it has taken nothing for outboxTime', async () => {
    const world = new LoggedWorld({ outboxTime: 5000 });
    world.say(1000, 200);
    const client = await slowly(world);
    world.pass(4900);
    expect(client.connection.closes).toEqual([]);
    world.pass(200);
    expect(client.connection.closes[0]?.code).toBe(4500);
  });

  it.each([
    ['UNSUBSCRIBE', { id: 's' }],
    ['DISCONNECT', { receipt: 'bye' }],
  ])('hears no more after %s, however much is left', async (command, headers) => {
    const world = new LoggedWorld();
    world.say(1000, 300);
    const client = await slowly(world);
    client.say(command, headers);
    await world.settled();
    const { held } = client.session.outbox;
    client.connection.read();
    const bodies = bodiesOf(await client.heard());
    expect(bodies.length).toBeLessThan(1000);
    expect(client.connection.sent.length).toBeLessThanOrEqual(held + 2000);
  });

  it('is let go of when its connection is lost, and when the server drains', async () => {
    const world = new LoggedWorld();
    world.say(1000, 300);
    const [lost, drained] = [await slowly(world), await slowly(world)];
    lost.connection.end(1006);
    drained.session.close(1001, 'going');
    drained.connection.read();
    await world.settled();
    const gone = drained.connection.written.length;
    world.say(100);
    await world.settled();
    expect(drained.connection.written).toHaveLength(gone);
    expect(world.logged.filter(({ text }) => text !== 'session ended')).toEqual([]);
  });
});
