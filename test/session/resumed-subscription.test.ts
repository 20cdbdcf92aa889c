// SUBSCRIBE with resume-from: what was missed, then what comes, each message once and in order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/history/stores/memory.ts';
import { bodiesOf, idOf, LoggedWorld, numbers, room } from './logged-world.ts';

describe('a client that resumes', () => {
  it('gets the RECEIPT first, which says that nothing is missing, then what it missed, then what comes', async () => {
    const world = new LoggedWorld();
    world.say(5);
    const client = await world.resuming(idOf(2));
    const [receipt, ...messages] = await client.heard();
    expect(receipt).toMatchObject({ command: 'RECEIPT', headers: { 'receipt-id': 'r', resume: 'complete' } });
    expect(bodiesOf(messages)).toEqual(['3', '4', '5']);
    expect(messages[0]!.headers).toMatchObject({
      subscription: 's',
      'message-id': idOf(3),
      destination: room,
    });
    world.say(2);
    expect(bodiesOf(await client.heard())).toEqual(['6', '7']);
  });

  it('learns from the RECEIPT where it begins, and can resume from there when it got nothing more', async () => {
    const world = new LoggedWorld();
    const [early] = await (await world.resuming('last-2')).heard();
    expect(early!.headers).toMatchObject({ resume: 'complete', position: idOf(0) });
    world.say(5);
    const [late] = await (await world.resuming('last-2')).heard();
    expect(late!.headers.position).toBe(idOf(3));
    const heard = await (await world.resuming(early!.headers.position!)).heard();
    expect(heard[0]!.headers.resume).toBe('complete');
    expect(bodiesOf(heard)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('hears all the same when it asked for no receipt', async () => {
    const world = new LoggedWorld();
    world.say(5);
    const client = await world.connected();
    client.say('SUBSCRIBE', { id: 's', destination: room, 'resume-from': 'last-2' });
    expect(bodiesOf(await client.heard())).toEqual(['4', '5']);
  });

  it('hears nothing before its RECEIPT, which waits for an earlier one', async () => {
    const world = new LoggedWorld({ policy: { receipt: 'brokered' } });
    world.say(3);
    const client = await world.resuming('first');
    world.say(1);
    const heard = await client.heard();
    expect(heard.map(({ command }) => command)).toEqual(['RECEIPT', ...Array(4).fill('MESSAGE')]);
  });

  it('is told of a gap, and the first MESSAGE behind it says so, with bytes that are its own', async () => {
    const world = new LoggedWorld({ policy: { count: 3 } });
    world.say(10);
    await world.written();
    await world.history.upkeep.deleteBefore(Date.now() + 1000);
    const [one, two] = [await world.resuming(idOf(2)), await world.resuming(idOf(8))];
    const heard = await one.heard();
    expect(heard[0]).toMatchObject({ command: 'RECEIPT', headers: { resume: 'gap' } });
    expect(bodiesOf(heard)).toEqual(['!8', '9', '10']);
    expect(bodiesOf(await two.heard())).toEqual(['9', '10']);
    world.say();
    expect([bodiesOf(await one.heard()), bodiesOf(await two.heard())]).toEqual([['11'], ['11']]);
    expect(one.connection.written.at(-1)).toBe(two.connection.written.at(-1));
  });

  it('is told of a gap after a crash, and the first message of the new epoch says so, missed or live', async () => {
    const before = new LoggedWorld();
    before.say(5);
    await before.written(4);
    const world = new LoggedWorld({ begin: { epoch: 2, seq: 0 }, history: before.history });
    const client = await world.resuming(idOf(2));
    const heard = await client.heard();
    expect(heard[0]!.headers.resume).toBe('gap');
    expect(bodiesOf(heard)).toEqual(['3', '4']);
    world.say(2);
    expect(bodiesOf(await client.heard())).toEqual(['!1', '2']);
    const late = await world.resuming(idOf(4));
    expect(bodiesOf(await late.heard())).toEqual(['!1', '2']);
  });

  it('gets no page twice that live messages fall into, and none that came late', async () => {
    const world = new LoggedWorld();
    world.trouble.late = [];
    world.say(300);
    const client = await world.resuming(idOf(100));
    await client.heard();
    world.trouble.arrive();
    world.say(2);
    world.trouble.arrive();
    expect(bodiesOf(await client.heard())).toEqual(['301', '302']);
  });

  it('gets what comes while the log still says that there is nothing', async () => {
    const gates: (() => void)[] = [];
    const pause = (): Promise<void> => new Promise((open) => gates.push(open));
    const world = new LoggedWorld({ pause });
    world.say(3);
    const client = await world.resuming(idOf(3));
    for (let answers = 0; answers < 3; answers++) {
      await world.settled();
      gates.shift()!();
    }
    await world.settled();
    world.say();
    gates.shift()!();
    expect(bodiesOf(await client.heard())).toEqual(['4']);
  });

  it('reads the log again when the relay has lost a live message', async () => {
    const world = new LoggedWorld();
    world.say(3);
    const client = await world.resuming(idOf(3));
    await client.heard();
    world.trouble.losing = true;
    world.say(400);
    world.trouble.losing = false;
    expect(bodiesOf(await client.heard())).toEqual([]);
    world.say();
    expect(bodiesOf(await client.heard())).toEqual(numbers(4, 404));
  });

  it('is told when what should come next is gone, and that subscription ends, not its session', async () => {
    const world = new LoggedWorld({ policy: { count: 2 } });
    world.say(3);
    const client = await world.resuming(idOf(3));
    await client.heard();
    world.trouble.losing = true;
    world.say(10);
    await world.written();
    await world.history.upkeep.deleteBefore(Date.now() + 1000);
    world.trouble.losing = false;
    world.say();
    const heard = await client.heard();
    expect(heard).toHaveLength(1);
    expect(heard[0]!.headers).toMatchObject({ subscription: 'errors', 'subscription-id': 's' });
    expect(JSON.parse(heard[0]!.body)).toMatchObject({ code: 'resume-broken', destination: room });
    world.say();
    expect(await client.heard()).toEqual([]);
    client.say('SUBSCRIBE', { id: 's', destination: room, 'resume-from': idOf(3), receipt: 'again' });
    const [receipt, ...messages] = await client.heard();
    expect(receipt!.headers.resume).toBe('gap');
    expect(bodiesOf(messages)).toEqual(['!14', '15']);
  });

  it('does not hear its own that it wished not to hear, nor takes them for lost', async () => {
    const world = new LoggedWorld();
    const client = await world.resuming('first');
    await client.heard();
    const sent = { destination: room, 'exclude-sender': 'true' };
    client.say('SEND', sent, 'mine');
    world.say();
    expect(bodiesOf(await client.heard())).toEqual(['1']);
  });

  it('hears replayed messages through the interceptors of its session, slow ones in order', async () => {
    const world = new LoggedWorld();
    world.say(4);
    world.outgoing.use({ per: 'session' }, async (delivery, next) => {
      if (delivery.message.body.toString() === '2') return;
      await new Promise(setImmediate);
      delivery.message = delivery.message.with({ headers: ['seen', delivery.subscription.id] });
      await next();
    });
    const client = await world.resuming('first');
    world.say(2);
    const seen: string[] = [];
    while (seen.length < 5)
      for (const { command, body, headers } of await client.heard())
        if (command === 'MESSAGE') seen.push(`${headers.seen} ${body}`);
    expect(seen).toEqual(['s 1', 's 3', 's 4', 's 5', 's 6']);
  });
});

describe('slow interceptors', () => {
  it('keep the order when the log is read again behind them', async () => {
    const world = new LoggedWorld();
    const gates: (() => void)[] = [];
    world.outgoing.use({ per: 'session' }, async ({ message }, next) => {
      if (message.body.toString() === '2') await new Promise<void>((open) => gates.push(open));
      await next();
    });
    const client = await world.resuming('first');
    world.say();
    await client.heard();
    world.say();
    world.trouble.losing = true;
    world.say();
    world.trouble.losing = false;
    world.say();
    expect(await client.heard()).toEqual([]);
    gates[0]!();
    expect(bodiesOf(await client.heard())).toEqual(['2', '3', '4']);
  });
});

describe('any order of messages, losses, delays, writes and reads', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ say: fc.integer({ min: 1, max: 30 }) }) },
    { weight: 1, arbitrary: fc.record({ lose: fc.integer({ min: 1, max: 10 }) }) },
    { weight: 2, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 60 }) }) },
    { weight: 3, arbitrary: fc.record({ arrive: fc.integer({ min: 1, max: 20 }) }) },
    { weight: 3, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 5000 }) }) },
    { weight: 4, arbitrary: fc.record({ answer: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 3, arbitrary: fc.constant({ wait: true }) },
  );

  it('brings a client every message behind its place once, in order', async () => {
    const run = async (steps: readonly object[], from: number): Promise<void> => {
      const gates: (() => void)[] = [];
      const pause = (): Promise<void> => new Promise((resolve) => gates.push(resolve));
      const world = new LoggedWorld({ pause, policy: { count: 20 }, outboxBytes: 20_000 });
      world.say(30, 40);
      const client = await world.listener();
      client.connection.stop(0);
      client.say('SUBSCRIBE', { id: 's', destination: room, 'resume-from': idOf(from) });
      world.trouble.late = [];
      let said = 30;
      for (const one of steps as readonly Record<string, number>[]) {
        if (one.say !== undefined) said += world.say(one.say, 40);
        else if (one.lose !== undefined) {
          world.trouble.losing = true;
          said += world.say(one.lose, 40);
          world.trouble.losing = false;
        } else if (one.write !== undefined) await world.written(one.write);
        else if (one.arrive !== undefined) world.trouble.arrive(one.arrive);
        else if (one.read !== undefined) client.connection.read(one.read);
        else if (one.answer !== undefined) for (const gate of gates.splice(0, one.answer)) gate();
        else await new Promise(setImmediate);
      }
      client.connection.read();
      world.say(1);
      world.trouble.arrive();
      const bodies: string[] = [];
      for (let turn = 0; turn < 100 && bodies.length <= said - from; turn++) {
        for (const gate of gates.splice(0)) gate();
        bodies.push(...bodiesOf(await client.heard()));
      }
      expect(bodies).toEqual(numbers(from + 1, said + 1));
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 30 }), run),
      {
        numRuns: 150,
      },
    );
  });
});

describe('a resume-from that names no place', () => {
  it.each([
    [
      'what is no position',
      { 'resume-from': 'yesterday' },
      'resume-from:yesterday is no position; allowed: the message-id',
    ],
    ['an empty value', { 'resume-from': '' }, 'resume-from: is no position'],
    [
      'another room',
      { 'resume-from': idOf(1), destination: '/topic/room/2' },
      "another destination than '/topic/room/2'",
    ],
    ['the future', { 'resume-from': idOf(4) }, 'names 1-4, which is not written yet; the latest is 1-3'],
    ['a coming epoch', { 'resume-from': idOf(1, 2) }, 'names 2-1'],
    ['a pattern', { 'resume-from': 'first', destination: '/topic/room/*' }, 'it is a pattern'],
    ['a plain destination', { 'resume-from': 'first', destination: '/topic/plain' }, 'it is not logged'],
    ['a handler', { 'resume-from': 'first', destination: '/app/x' }, 'a handler answers it'],
    [
      'a queue of its own',
      { 'resume-from': 'first', destination: '/user/queue/x' },
      'it is a queue of the session',
    ],
    ['too many', { 'resume-from': 'last-10001' }, 'asks for 10001 messages; allowed'],
  ])('is told: %s', async (_, headers, text) => {
    const world = new LoggedWorld();
    world.say(3);
    const client = await world.listener();
    client.say('SUBSCRIBE', { id: 's', destination: room, receipt: 'r', ...headers });
    const told = await client.hears('MESSAGE');
    expect(told.headers).toMatchObject({ subscription: 'errors', 'receipt-id': 'r', 'subscription-id': 's' });
    const { code, message } = JSON.parse(told.body) as Record<string, string>;
    expect([code, message]).toEqual(['bad-resume', expect.stringContaining(text)]);
    world.say();
    expect(await client.heard()).toEqual([]);
    client.say('SUBSCRIBE', { id: 's', destination: room, receipt: 'ok' });
    expect((await client.hears('RECEIPT')).headers).toEqual({ 'receipt-id': 'ok' });
  });

  it('is told when the history cannot be asked, and the id is free again', async () => {
    const history = new MemoryStore();
    const world = new LoggedWorld({ history, policy: { count: 2 } });
    world.say(10);
    await world.written();
    await history.close();
    const client = await world.resuming(idOf(1));
    expect(JSON.parse((await client.hears('MESSAGE')).body)).toMatchObject({ code: 'history-unavailable' });
    expect(client.session.subscriptions!.size).toBe(1);
  });

  it('is refused where the rules refuse the SUBSCRIBE, whatever it names', async () => {
    const world = new LoggedWorld({ denial: 'keep' });
    world.inbound.use((frame, next) => {
      if (frame.command === 'SUBSCRIBE' && frame.destination === room) return;
      return next();
    });
    const client = await world.resuming('nonsense');
    expect(await client.hears('RECEIPT')).toMatchObject({ headers: { 'receipt-id': 'r' } });
  });
});
