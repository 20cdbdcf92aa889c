// Interceptors per session: they see who gets a delivery, and change or drop that one alone.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { Gate } from '../broker/gate.ts';
import { as, proven } from './proven.ts';
import { type Client, World } from './world.ts';

async function subscribed(world: World, name: string, destination = '/topic/a'): Promise<Client> {
  const client = await world.connected(as(name));
  return client.say('SUBSCRIBE', { id: 's', destination });
}

const bodies = async (client: Client): Promise<string[]> => (await client.heard()).map(({ body }) => body);

const proving = (): World => new World({ authenticator: proven() });

describe('an interceptor per session', () => {
  it('sees who gets what under which subscription, and changes it for that one', async () => {
    const world = proving();
    const seen: unknown[] = [];
    world.outgoing.use({ per: 'session' }, (delivery, next) => {
      const { session, subscription, message } = delivery;
      seen.push([session.user!.name, subscription.id, subscription.destination, message.destination]);
      if (session.user!.name === 'bob')
        delivery.message = message.with({ body: Buffer.from('for bob'), headers: ['own', '1'] });
      return next();
    });
    const [ann, bob, cem] = [
      await subscribed(world, 'ann'),
      await subscribed(world, 'bob', '/topic/*'),
      await subscribed(world, 'cem'),
    ];
    await world.router.publisher.publish('/topic/a', 'for all');
    expect(seen).toEqual([
      ['ann', 's', '/topic/a', '/topic/a'],
      ['cem', 's', '/topic/a', '/topic/a'],
      ['bob', 's', '/topic/*', '/topic/a'],
    ]);
    const { body, headers } = await bob.hears('MESSAGE');
    expect([body, headers.own, headers['content-length']]).toEqual(['for bob', '1', '7']);
    expect([await bodies(ann), await bodies(cem)]).toEqual([['for all'], ['for all']]);
  });

  it('leaves those whom it changes nothing for the bytes that they share', async () => {
    const world = proving();
    world.outgoing.use({ per: 'session' }, (delivery, next) => {
      if (delivery.session.user!.name === 'bob')
        delivery.message = delivery.message.with({ headers: ['x', 'y'] });
      return next();
    });
    const clients = [
      await subscribed(world, 'ann'),
      await subscribed(world, 'bob'),
      await subscribed(world, 'cem'),
    ];
    for (const client of clients) await client.heard();
    await world.router.publisher.publish('/topic/a', 'hi');
    await world.settled();
    const [ann, bob, cem] = clients.map(({ connection }) => connection.written.at(-1));
    expect(ann).toBe(cem);
    expect(bob).not.toBe(ann);
  });

  it('drops one delivery by not going on, or by failing, which is logged', async () => {
    const world = proving();
    world.outgoing.use({ per: 'session' }, ({ session }, next) => {
      if (session.user!.name === 'bob') return;
      if (session.user!.name === 'cem') throw new Error('broken');
      if (session.user!.name === 'dee') return Promise.reject(new Error('broken later'));
      return next();
    });
    const clients = await Promise.all(['ann', 'bob', 'cem', 'dee'].map((name) => subscribed(world, name)));
    await world.router.publisher.publish('/topic/a', 'hi');
    expect(await Promise.all(clients.map(bodies))).toEqual([['hi'], [], [], []]);
    const logged = world.logged.filter(({ text }) => text.includes('outbound interceptor failed'));
    expect(logged).toHaveLength(2);
    expect(clients.flatMap(({ connection }) => connection.closes)).toEqual([]);
  });

  it('that takes its time keeps the order, and holds up nobody else', async () => {
    const world = proving();
    const gate = new Gate();
    world.outgoing.use({ per: 'session' }, ({ session, message }, next) =>
      session.user!.name === 'bob' && message.body.toString() === '1' ? gate.opened.then(next) : next(),
    );
    const [ann, bob] = [await subscribed(world, 'ann'), await subscribed(world, 'bob')];
    for (const text of ['1', '2', '3']) await world.router.publisher.publish('/topic/a', text);
    expect([await bodies(ann), await bodies(bob)]).toEqual([['1', '2', '3'], []]);
    gate.resolve();
    expect(await bodies(bob)).toEqual(['1', '2', '3']);
  });

  it('that takes its time delivers nothing to who has unsubscribed meanwhile, or has the id in use again', async () => {
    const world = proving();
    const gate = new Gate();
    world.outgoing.use({ per: 'session' }, (_delivery, next) => gate.opened.then(next));
    const ann = await subscribed(world, 'ann');
    await world.router.publisher.publish('/topic/a', 'before');
    ann.say('UNSUBSCRIBE', { id: 's' });
    ann.say('SUBSCRIBE', { id: 's', destination: '/topic/b' });
    gate.resolve();
    expect(await bodies(ann)).toEqual([]);
  });

  it('that never ends makes a slow client of its session, not a full memory', async () => {
    const world = new World({ authenticator: proven(), outboxBytes: 5000 });
    world.outgoing.use({ per: 'session' }, () => new Promise(() => {}));
    const ann = await subscribed(world, 'ann');
    for (let i = 0; i < 30; i++) await world.router.publisher.publish('/topic/a', 'x'.repeat(200));
    expect(await ann.ended()).toMatchObject({ code: 'slow-client', close: 4500 });
  });

  it('for some destinations is asked of no other, nor of patterns that cannot hear them', async () => {
    const world = proving();
    const seen: string[] = [];
    world.outgoing.use({ per: 'session', destination: '/topic/room/*' }, ({ subscription }, next) => {
      seen.push(subscription.destination);
      return next();
    });
    for (const destination of ['/topic/room/1', '/topic/other', '/topic/**', '/topic/x/*', '/user/queue/a'])
      await subscribed(world, destination, destination);
    for (const destination of ['/topic/room/1', '/topic/other', '/topic/x/1'])
      await world.router.publisher.publish(destination, 'hi');
    expect(new Set(seen)).toEqual(new Set(['/topic/room/1', '/topic/**']));
  });

  it('is added before the start, or subscriptions would pass it by', () => {
    const world = new World();
    world.outgoing.fix();
    expect(() => world.outgoing.use({ per: 'session' }, (_, next) => next())).toThrow('before start()');
  });
});

describe('a double next', () => {
  it('is an error on the way out too: that delivery happens once', async () => {
    const world = proving();
    world.outgoing.use({ per: 'session' }, (_delivery, next) => {
      next();
      return next();
    });
    const ann = await subscribed(world, 'ann');
    await world.router.publisher.publish('/topic/a', 'once');
    expect(await bodies(ann)).toEqual(['once']);
    expect(
      world.logged.some(({ fields }) => /next\(\) twice/.test(String((fields as { err?: Error }).err))),
    ).toBe(true);
  });
});

describe('without one', () => {
  it('a subscription looks at nothing on the way', async () => {
    const world = proving();
    const ann = await subscribed(world, 'ann');
    const [subscription] = ann.session.subscriptions!.values();
    expect(subscription!.constructor.name).toBe('Subscription');
  });
});
