// The broker: who hears what, in which order, through interceptors and over a relay that takes its time or fails.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { Broker } from '../../src/broker/broker.ts';
import { StompwireError } from '../../src/errors.ts';
import { Message } from '../../src/message/message.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { Gate } from './gate.ts';
import { Listener, messageTo } from './listener.ts';
import { SlowRelay } from './slow-relay.ts';

function broker(
  options: ConstructorParameters<typeof Broker>[1] = {},
  relay: Relay = new MemoryRelay(),
): Broker {
  const made = new Broker(relay, options);
  void made.start();
  return made;
}

describe('a message', () => {
  it('reaches every matching subscription once, and no other', () => {
    const one = broker();
    const [exact, twice, pattern, other] = [new Listener(), new Listener(), new Listener(), new Listener()];
    void one.subscribe('/topic/a', exact);
    void one.subscribe('/topic/a', twice);
    void one.subscribe('/topic/*', pattern);
    void one.subscribe('/topic/b', other);
    void one.publish(messageTo('/topic/a', 'm'));
    expect([exact, twice, pattern, other].map(({ heard }) => heard)).toEqual([['m'], ['m'], ['m'], []]);
  });

  it('reaches nobody who left, nor anybody once the broker is closed', () => {
    const one = broker();
    const [gone, stays] = [new Listener(), new Listener()];
    void one.subscribe('/topic/a', gone);
    void one.subscribe('/topic/a', stays);
    void one.unsubscribe('/topic/a', gone);
    void one.publish(messageTo('/topic/a'));
    void one.close();
    expect([gone.heard, stays.heard]).toEqual([[], ['1']]);
  });

  it('skips all subscriptions of the session that it excludes, and only those', () => {
    const one = broker();
    const [mine, minePattern, yours] = [new Listener('me'), new Listener('me'), new Listener('you')];
    void one.subscribe('/topic/a', mine);
    void one.subscribe('/topic/**', minePattern);
    void one.subscribe('/topic/a', yours);
    one.deliver(messageTo('/topic/a', '1', 'me'));
    expect([mine.heard, minePattern.heard, yours.heard]).toEqual([[], [], ['1']]);
  });

  it('reaches only one session where it says so', () => {
    const one = broker();
    const [mine, yours] = [new Listener('me'), new Listener('you')];
    for (const listener of [mine, yours]) void one.subscribe('user:ann/queue/a', listener);
    const parts = {
      destination: '/user/queue/a',
      address: 'user:ann/queue/a',
      body: Buffer.from(''),
      id: '1',
    };
    void one.publish(new Message({ ...parts, only: 'me' }));
    expect([mine.heard, yours.heard]).toEqual([['1'], []]);
  });

  it('is delivered here alone past the relay, but not past the interceptors', () => {
    const relay = new MemoryRelay();
    const one = new Broker(relay);
    const listener = new Listener();
    const seen: string[] = [];
    one.outbound.use(({ message }, next) => {
      seen.push(message.destination);
      return next();
    });
    const address = 'session:s/queue/errors';
    void one.subscribe(address, listener);
    one.deliver(new Message({ destination: '/user/queue/errors', address, body: Buffer.from(''), id: '1' }));
    expect([listener.heard, seen]).toEqual([['1'], ['/user/queue/errors']]);
  });
});

describe('the order of messages', () => {
  it('is that of publishing, also for what is published while one is delivered', () => {
    const one = broker();
    const [first, second] = [new Listener(), new Listener()];
    const answering = {
      owner: 'x',
      slot: 0,
      deliver: (message: Message) => {
        if (message.id === 'question') void one.publish(messageTo('/topic/a', 'answer'));
      },
    };
    void one.subscribe('/topic/a', first);
    void one.subscribe('/topic/a', answering);
    void one.subscribe('/topic/a', second);
    void one.publish(messageTo('/topic/a', 'question'));
    expect(first.heard).toEqual(['question', 'answer']);
    expect(second.heard).toEqual(['question', 'answer']);
  });

  it('holds behind an interceptor that takes longer for some messages than for others', async () => {
    const one = broker();
    const listener = new Listener();
    void one.subscribe('/topic/a', listener);
    const gates = new Map<string, Gate>();
    one.outbound.use(({ message }, next) => {
      const gate = gates.get(message.id);
      return gate === undefined ? next() : gate.opened.then(next);
    });
    for (const id of ['1', '3']) gates.set(id, new Gate());
    for (const id of ['1', '2', '3', '4']) void one.publish(messageTo('/topic/a', id));
    gates.get('3')!.resolve();
    await gates.get('3')!.opened;
    expect(listener.heard).toEqual([]);
    gates.get('1')!.resolve();
    await new Promise(setImmediate);
    expect(listener.heard).toEqual(['1', '2', '3', '4']);
    void one.publish(messageTo('/topic/a', '5'));
    expect(listener.heard.at(-1)).toBe('5');
  });
});

describe('an outbound interceptor', () => {
  it('that throws or rejects loses its own message, is reported, and holds up no other', async () => {
    const failed: string[] = [];
    const one = broker({ failed: (error, { id }) => failed.push(`${id}: ${(error as Error).message}`) });
    const listener = new Listener();
    void one.subscribe('/topic/a', listener);
    one.outbound.use(({ message }, next) => {
      if (message.id === 'throws') throw new Error('thrown');
      return message.id === 'rejects' ? Promise.reject(new Error('rejected')) : next();
    });
    for (const id of ['1', 'throws', '2', 'rejects', '3']) void one.publish(messageTo('/topic/a', id));
    await new Promise(setImmediate);
    expect(listener.heard).toEqual(['1', '2', '3']);
    expect(failed).toEqual(['throws: thrown', 'rejects: rejected']);
  });

  it('changes a message by putting another in its place, wherever that one would go', () => {
    const one = broker();
    const [listener, other] = [new Listener(), new Listener()];
    void one.subscribe('/topic/a', listener);
    void one.subscribe('/topic/b', other);
    one.outbound.use((outbound, next) => {
      const changed = outbound.message.with({ body: Buffer.from('changed'), headers: ['seen', 'yes'] });
      outbound.message = changed;
      return next();
    });
    void one.publish(messageTo('/topic/a', 'm'));
    expect(listener.messages).toMatchObject([
      { id: 'm', destination: '/topic/a', body: Buffer.from('changed'), headers: ['seen', 'yes'] },
    ]);
    expect(other.heard).toEqual([]);
  });

  it('drops a message by not going on', () => {
    const one = broker();
    const listener = new Listener();
    void one.subscribe('/topic/a', listener);
    one.outbound.use(({ message }, next) => (message.id === 'drop' ? undefined : next()));
    for (const id of ['drop', 'keep']) void one.publish(messageTo('/topic/a', id));
    expect(listener.heard).toEqual(['keep']);
  });
});

describe('an interceptor of what is published', () => {
  it('changes it, drops it, or refuses it to whoever publishes, before the relay has it', async () => {
    const relay = new SlowRelay();
    const one = broker({}, relay);
    one.publishing.use((outbound, next) => {
      if (outbound.message.id === 'refused') throw new StompwireError('denied', 'not now');
      if (outbound.message.id === 'dropped') return;
      outbound.message = outbound.message.with({ body: Buffer.from('changed') });
      return next();
    });
    expect(() => one.publish(messageTo('/topic/a', 'refused'))).toThrow('not now');
    for (const id of ['dropped', 'kept']) void one.publish(messageTo('/topic/a', id));
    expect(relay.published).toMatchObject([{ id: 'kept', body: Buffer.from('changed') }]);
  });
});

describe('interest at the relay', () => {
  it('is asked once per destination, and taken back when the last has gone', () => {
    const relay = new SlowRelay();
    const one = broker({}, relay);
    const [a, b] = [new Listener(), new Listener()];
    for (const listener of [a, b]) void one.subscribe('/topic/x', listener);
    void one.subscribe('/topic/*', new Listener());
    for (const listener of [a, b]) void one.unsubscribe('/topic/x', listener);
    expect(relay.asked).toEqual(['+/topic/x', '+/topic/*', '-/topic/x']);
  });

  it('is waited for by all who subscribe before it is granted', async () => {
    const relay = new SlowRelay();
    const one = broker({}, relay);
    const done: string[] = [];
    const first = one.subscribe('/topic/x', new Listener());
    const second = one.subscribe('/topic/x', new Listener());
    void Promise.resolve(first).then(() => done.push('first'));
    void Promise.resolve(second).then(() => done.push('second'));
    await new Promise(setImmediate);
    expect(done).toEqual([]);
    relay.gates[0]!.resolve();
    await new Promise(setImmediate);
    expect(new Set(done)).toEqual(new Set(['first', 'second']));
    expect(one.subscribe('/topic/x', new Listener())).toBeUndefined();
  });

  it('that is refused is refused to all who waited, and to who comes before they have gone', async () => {
    const relay = new SlowRelay();
    const one = broker({}, relay);
    const listeners = [new Listener(), new Listener(), new Listener()];
    const [first, second] = listeners.slice(0, 2).map((listener) => one.subscribe('/topic/x', listener));
    relay.gates[0]!.reject(new StompwireError('relay-unavailable'));
    await expect(first).rejects.toThrow(StompwireError);
    await expect(second).rejects.toThrow(StompwireError);
    await expect(one.subscribe('/topic/x', listeners[2]!)).rejects.toThrow(StompwireError);
    for (const listener of listeners) void one.unsubscribe('/topic/x', listener);
    const again = one.subscribe('/topic/x', new Listener());
    relay.gates[1]!.resolve();
    await again;
    expect(relay.asked).toEqual(['+/topic/x', '-/topic/x', '+/topic/x']);
  });

  it('that cannot be taken back is no failure of who unsubscribes: nothing reaches him all the same', async () => {
    const relay = new SlowRelay();
    const one = broker({}, relay);
    const listener = new Listener();
    void one.subscribe('/topic/x', listener);
    await one.unsubscribe('/topic/x', listener);
    void one.publish(messageTo('/topic/x'));
    expect(listener.heard).toEqual([]);
  });
});

describe('the figures of a broker', () => {
  it('are the messages published, the deliveries made and the subscriptions held', async () => {
    const metrics = new PrometheusMetrics();
    const one = broker({ metrics });
    const [a, b] = [new Listener('a'), new Listener('b')];
    for (const listener of [a, b]) void one.subscribe('/topic/x', listener);
    for (const id of ['1', '2']) void one.publish(messageTo('/topic/x', id, 'a'));
    const text = await metrics.text();
    expect(text).toMatch(/^stompwire_messages_published_total 2$/m);
    expect(text).toMatch(/^stompwire_deliveries_total 2$/m);
    expect(text).toMatch(/^stompwire_subscriptions 2$/m);
  });
});
