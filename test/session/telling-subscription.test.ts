// A client that expects `redelivered` of every message, and heart-beats as agreed.
import { describe, expect, it } from 'vitest';
import type { Profile } from '../../src/session/profile.ts';
import { World } from './world.ts';

const profile: Profile = { queuesFanOut: false, tellsRedelivered: true, tellsAgreedHeartbeats: true };

describe('a subscription that tells', () => {
  it('says of each message of a topic that it was not delivered before, sharing its bytes', async () => {
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
