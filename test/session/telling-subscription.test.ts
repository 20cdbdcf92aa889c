// A client that expects `redelivered` of every message, and heart-beats as agreed.
import { describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { Profile } from '../../src/session/profile.ts';
import type { Subscription } from '../../src/session/subscription.ts';
import { TellingSubscription } from '../../src/session/telling-subscription.ts';
import type { WatchedSession } from '../../src/session/watched-subscription.ts';
import { World } from './world.ts';

const profile: Profile = { queuesFanOut: false, tellsRedelivered: true, tellsAgreedHeartbeats: true };

describe('a subscription that tells', () => {
  it('says of each message of a topic that it was not delivered before', async () => {
    const world = new World({ profile });
    const [one, two] = [await world.connected(), await world.connected()];
    for (const client of [one, two]) client.say('SUBSCRIBE', { id: '0', destination: '/topic/a' });
    one.say('SEND', { destination: '/topic/a', own: 'x' }, 'body');
    for (const client of [one, two]) {
      const { headers, body } = await client.hears('MESSAGE');
      expect(headers).toMatchObject({ redelivered: 'false', own: 'x', subscription: '0' });
      expect(String(body)).toBe('body');
    }
  });

  it('shares what it says with all others: it is encoded once', () => {
    const sent: Message[] = [];
    const outbox = { wireId: (id: string) => id, deliver: (message: Message) => sent.push(message) };
    const message = new Message({ destination: '/topic/a', body: Buffer.from('x'), id: 'm' });
    for (const id of ['s', 't']) {
      const subscriptions = new Map<string, Subscription>();
      const session = { id, outbox, subscriptions } as unknown as WatchedSession;
      const subscription = new TellingSubscription(session, { id: '0', destination: '/topic/a' }, '/topic/a');
      subscriptions.set('0', subscription);
      subscription.deliver(message);
    }
    expect(sent).toHaveLength(2);
    expect(sent[0]).toBe(sent[1]);
    expect(sent[0]!.headers).toEqual(['redelivered', 'false']);
    expect(message.headers).toEqual([]);
  });

  it('says so once of a message of a queue', async () => {
    const client = await new World({ profile }).connected();
    client.say('SUBSCRIBE', { id: '0', destination: '/queue/a', ack: 'client-individual' });
    client.say('SEND', { destination: '/queue/a' }, 'body');
    const { headers } = await client.hears('MESSAGE');
    expect(headers.redelivered).toBe('false');
    client.say('NACK', { id: headers.ack! });
    expect((await client.hears('MESSAGE')).headers.redelivered).toBe('true');
  });
});
