// Delivery to users and sessions: who hears it, under which destination, and who never does.
import { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/broker/broker.ts';
import { MemoryRelay } from '../../../src/relay/memory.ts';
import { OwnQueues } from '../../../src/routing/own-queues.ts';
import { ownAddress } from '../../../src/routing/user-destinations.ts';
import { type Registered, UserRegistry } from '../../../src/routing/user-registry.ts';
import { Listener } from '../../broker/listener.ts';

let broker: Broker;
let registry: UserRegistry;
let queues: OwnQueues;
const text = { body: Buffer.from('hi'), contentType: 'text/plain' };

beforeEach(() => {
  broker = new Broker(new MemoryRelay());
  void broker.start();
  registry = new UserRegistry();
  let id = 0;
  queues = new OwnQueues(broker, registry, { userPrefix: '/user', separator: '/' }, () => String(id++));
});

function arrive(id: string, name: string, authenticated = true, path = '/queue/x'): Listener {
  const session = { id, user: { name, authenticated, roles: [] } } as Partial<Registered> as Registered;
  registry.add(session);
  const listener = new Listener(id);
  void broker.subscribe(ownAddress(session, path), listener);
  return listener;
}

const heard = (...listeners: Listener[]): number[] => listeners.map(({ messages }) => messages.length);

describe('what is sent to a user', () => {
  it('reaches every session that proved the name, as a message of /user/queue/x', () => {
    const [one, two, other] = [arrive('1', 'ann'), arrive('2', 'ann'), arrive('3', 'bob')];
    void queues.toUser('ann', '/queue/x', { ...text, headers: ['a', 'b'] });
    expect(heard(one, two, other)).toEqual([1, 1, 0]);
    expect(one.messages[0]).toMatchObject({ destination: '/user/queue/x', headers: ['a', 'b'], ...text });
  });

  it('is not heard by guests who say that name', () => {
    const [real, guest] = [arrive('1', 'ann'), arrive('2', 'ann', false)];
    void queues.toUser('ann', '/queue/x', text);
    expect(heard(real, guest)).toEqual([1, 0]);
  });

  it('reaches one session only when it says which, or all but one', () => {
    const [one, two] = [arrive('1', 'ann'), arrive('2', 'ann')];
    void queues.toUser('ann', '/queue/x', { ...text, only: '2' });
    expect(heard(one, two)).toEqual([0, 1]);
    void queues.toUser('ann', '/queue/x', { ...text, excludes: '2' });
    expect(heard(one, two)).toEqual([1, 1]);
  });

  it("never reaches another user's session, even when that one is asked for by its id", () => {
    const [ann, bob, guest] = [arrive('1', 'ann'), arrive('2', 'bob'), arrive('3', 'eve', false)];
    void queues.toUser('ann', '/queue/x', { ...text, only: '2' });
    void queues.toUser('ann', '/queue/x', { ...text, only: '3' });
    expect(heard(ann, bob, guest)).toEqual([0, 0, 0]);
  });

  it('reaches a guest by the name and the session together', () => {
    const [one, two] = [arrive('1', 'kim', false), arrive('2', 'kim', false)];
    void queues.toUser('kim', '/queue/x', { ...text, only: '2' });
    expect(heard(one, two)).toEqual([0, 1]);
  });

  it('is heard by a subscription to a pattern of own queues', () => {
    const all = arrive('1', 'ann', true, '/queue/**');
    void queues.toUser('ann', '/queue/x/y', text);
    void queues.toUser('bob', '/queue/x/y', text);
    expect(all.messages.map(({ destination }) => destination)).toEqual(['/user/queue/x/y']);
  });

  it.each(['/queue/*', '/queue', '/topic/x', 'queue/x', '/queue/a\nb', ''])(
    'goes to a queue: %j is refused',
    (path) => {
      expect(() => queues.toUser('ann', path, text)).toThrow(
        expect.objectContaining({ code: 'bad-destination' }),
      );
    },
  );
});

describe('what is sent to a session', () => {
  it('reaches that one alone, be it a user or a guest', () => {
    const [one, two, guest] = [arrive('1', 'ann'), arrive('2', 'ann'), arrive('3', 'ann', false)];
    queues.toSession('1', '/queue/x', text);
    queues.toSession('3', '/queue/x', text);
    queues.toSession('nobody', '/queue/x', text);
    expect(heard(one, two, guest)).toEqual([1, 0, 1]);
  });

  it('and meant for its owner reaches all that the owner has proven', () => {
    const [one, two, guest] = [arrive('1', 'ann'), arrive('2', 'ann'), arrive('3', 'ann', false)];
    void queues.toOwner(registry.session('1')!, '/queue/x', text);
    expect(heard(one, two, guest)).toEqual([1, 1, 0]);
    void queues.toOwner(registry.session('3')!, '/queue/x', text);
    expect(heard(one, two, guest)).toEqual([1, 1, 1]);
  });
});
