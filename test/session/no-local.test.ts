// activemq.noLocal: a subscription that does not hear what its own session sends, beside others that do.
import { beforeEach, expect, it } from 'vitest';
import { type Client, World } from './world.ts';

let world: World;
let client: Client;
let other: Client;
beforeEach(async () => {
  world = new World();
  client = await world.connected({ 'client-id': 'phone' });
  other = await world.connected();
});

const subscribe = (id: string, headers: Record<string, string> = {}): Client =>
  client.say('SUBSCRIBE', { id, destination: '/topic/a', ...headers });
const deaf = (id: string, headers: Record<string, string> = {}): Client =>
  subscribe(id, { 'activemq.noLocal': 'true', ...headers });
const send = (who: Client, body: string, headers: Record<string, string> = {}): Client =>
  who.say('SEND', { destination: '/topic/a', ...headers }, body);
const heard = async (who = client): Promise<string[]> =>
  (await who.heard()).map(({ headers, body }) => `${headers.subscription} ${body}`).sort();

it.each([
  ['as it comes', {}],
  ['with acknowledgement', { ack: 'client' }],
  ['by a pattern', { destination: '/topic/*' }],
  ['durably', { durable: 'true' }],
])('what a session sends, none hears that asked for it %s; the others do', async (_how, headers) => {
  deaf('deaf', headers);
  subscribe('hears');
  other.say('SUBSCRIBE', { id: 'theirs', destination: '/topic/a' });
  send(client, 'own');
  send(other, 'theirs');
  expect(await heard()).toEqual(['deaf theirs', 'hears own', 'hears theirs']);
  expect(await heard(other)).toEqual(['theirs own', 'theirs theirs']);
});

it('exclude-sender silences all of them', async () => {
  deaf('deaf');
  subscribe('hears');
  send(client, 'own', { 'exclude-sender': 'true' });
  expect(await heard()).toEqual([]);
});

it('nothing of that is acknowledged or kept', async () => {
  deaf('deaf', { durable: 'true', ack: 'client', 'prefetch-count': '1' });
  for (const body of ['1', '2', '3']) send(client, body);
  send(other, 'theirs');
  expect(await heard()).toEqual(['deaf theirs']);
  expect(world.queues.size).toEqual({ waiting: 0, outstanding: 1 });
});

it('a session has it for itself, and for topics', async () => {
  deaf('deaf');
  other.say('SUBSCRIBE', { id: 'deaf', destination: '/topic/a', 'activemq.noLocal': 'true' });
  client.say('SUBSCRIBE', { id: 'queue', destination: '/queue/a', 'activemq.noLocal': 'true' });
  send(client, 'own');
  client.say('SEND', { destination: '/queue/a' }, 'queued');
  expect(await heard()).toEqual(['queue queued']);
  expect(await heard(other)).toEqual(['deaf own']);
});
