// The relay contract, held against the relay for a single node, and what it promises beyond it.
import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { relayContract } from './relay.ts';

const everything = 'the broker on it knows who listens: a list here would be a second one';

relayContract({
  name: 'memory',
  skips: {
    'brings nothing for which there is no interest': everything,
    'brings nothing once interest is taken back': everything,
    'gives all nodes the messages of one destination in one order': 'this process is all there is',
  },
  open: async () => ({ node: async () => new MemoryRelay(), close: async () => {} }),
});

it('the memory relay has delivered before publish returns', () => {
  const relay = new MemoryRelay();
  const heard: string[] = [];
  relay.start(({ id }) => heard.push(id));
  expect(
    relay.publish(new Message({ destination: '/topic/a', body: Buffer.alloc(0), id: '1' })),
  ).toBeUndefined();
  expect(heard).toEqual(['1']);
});
