// What comes to a node on the channels of a partition: what is delivered of it, once, and what is somebody else's.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { Message } from '../../../src/message/message.ts';
import { Interests } from '../../../src/relay/redis/interests.ts';
import { encodeForLog, encodePlain } from '../../../src/relay/redis/payload.ts';
import { Tails } from '../../../src/relay/redis/tails.ts';

const messageTo = (destination: string, text: string, address = destination): Message =>
  new Message({ destination, address, id: text, body: Buffer.from(text) });

const plain = (destination: string, text: string): Buffer => encodePlain(messageTo(destination, text));

const logged = (destination: string, seq: number, text: string): Buffer =>
  Buffer.concat([
    Buffer.from(`L7 ${seq} fence\n${destination}\n\n`),
    encodeForLog(messageTo(destination, text), 0, undefined),
  ]);

/** A node that listens: its channels are handlers in a map. */
function node() {
  const channels = new Map<string, (payload: Buffer) => void>();
  const delivered: string[] = [];
  const foreign: string[] = [];
  const patterns = new Set<string>();
  const deliver = ({ body }: Message): void => void delivered.push(body.toString());
  const tails = new Tails({
    read: async () => ({ fence: 'fence' }),
    deliver,
    mended: () => {},
    clock: () => 0,
    exact: (destination) => interests.has(destination),
  });
  const interests: Interests = new Interests({
    channelOf: (destination) => `live:${destination}`,
    all: 'all',
    hear: async (channel, handler) => void channels.set(channel, handler),
    unhear: (channel) => void channels.delete(channel),
    tails,
    policyOf: () => undefined,
    deliver,
    covered: (destination) => patterns.has(destination),
    patterns: () => patterns.size > 0,
    foreign: (channel) => void foreign.push(channel),
  });
  /** Sent as the scripts send: on both channels. */
  const comes = (destination: string, payload: Buffer): void => {
    channels.get(`live:${destination}`)?.(payload);
    channels.get('all')?.(payload);
  };
  return { interests, patterns, channels, delivered, foreign, tails, comes };
}

describe('a node with interest', () => {
  it('in a destination gets what is sent there, and nothing once it has none', async () => {
    const { interests, comes, delivered, channels } = node();
    await interests.add('/topic/a', 1);
    comes('/topic/a', plain('/topic/a', 'one'));
    interests.delete('/topic/a');
    comes('/topic/a', plain('/topic/a', 'two'));
    expect(delivered).toEqual(['one']);
    expect(channels.size).toBe(0);
  });

  it('in a destination and a pattern that covers it gets each message once, plain or logged', async () => {
    const { interests, patterns, comes, delivered } = node();
    patterns.add('/topic/a');
    await Promise.all([interests.add('/topic/a', 1), interests.addAll(1)]);
    comes('/topic/a', plain('/topic/a', 'plain'));
    comes('/topic/a', logged('/topic/a', 1, 'logged'));
    expect(delivered).toEqual(['plain', 'logged']);
  });

  it('in a pattern gets what that covers, and nothing else', async () => {
    const { interests, patterns, comes, delivered } = node();
    patterns.add('/topic/a');
    await interests.addAll(1);
    for (const destination of ['/topic/a', '/topic/b']) {
      comes(destination, plain(destination, `plain ${destination}`));
      comes(destination, logged(destination, 1, `logged ${destination}`));
    }
    expect(delivered).toEqual(['plain /topic/a', 'logged /topic/a']);
  });

  it('gets a message again that was on one channel only before the connection broke', async () => {
    const { interests, patterns, channels, delivered } = node();
    patterns.add('/topic/a');
    await Promise.all([interests.add('/topic/a', 1), interests.addAll(1)]);
    channels.get('live:/topic/a')!(plain('/topic/a', 'one'));
    interests.interrupted();
    channels.get('all')!(plain('/topic/a', 'one'));
    expect(delivered).toEqual(['one', 'one']);
  });

  it('stops listening to all with its last pattern, and follows only what it listens to by itself', async () => {
    const { interests, patterns, channels, comes, tails } = node();
    patterns.add('/topic/a').add('/topic/b');
    await Promise.all([interests.add('/topic/a', 1), interests.addAll(1)]);
    for (const destination of ['/topic/a', '/topic/b']) comes(destination, logged(destination, 1, 'one'));
    expect([...tails.all].map(({ destination }) => destination)).toEqual(['/topic/a', '/topic/b']);
    patterns.clear();
    interests.narrowed();
    expect([...tails.all].map(({ destination }) => destination)).toEqual(['/topic/a']);
    expect([...channels.keys()]).toEqual(['live:/topic/a']);
  });

  it('delivers nothing that is none of ours, or was published on the channel of another destination', async () => {
    const { interests, channels, delivered, foreign } = node();
    await Promise.all([interests.add('/topic/a', 1), interests.addAll(1)]);
    channels.get('live:/topic/a')!(Buffer.from('hello'));
    channels.get('live:/topic/a')!(plain('/topic/b', 'elsewhere'));
    channels.get('all')!(Buffer.from('hello'));
    expect(delivered).toEqual([]);
    expect(foreign).toEqual(['/topic/a', '/topic/a', 'all']);
  });
});
