// What one node says to another: in which order it is done, and what becomes of what cannot be done.
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { isCommand, NodeLine } from '../../src/relay/node-line.ts';

let here: NodeLine;
let there: NodeLine;

beforeEach(async () => {
  const relay = new MemoryRelay();
  relay.start((message) => {
    if (isCommand(message)) for (const line of [here, there]) line.take(message);
  });
  [here, there] = [new NodeLine(relay, 'here'), new NodeLine(relay, 'there')];
  for (const line of [here, there]) await line.start();
});

describe('a command', () => {
  it('holds when the relay has brought it, before whatever it brings next', () => {
    const done: unknown[] = [];
    there.on('do', ({ about }) => done.push(about.n));
    void here.tellAll('do', { about: { n: 1 } });
    expect(done).toEqual([1]);
    void here.tell('there', 'do', { about: { n: 2 } });
    expect(done).toEqual([1, 2]);
  });

  it('that fails, now or later, is not answered, and harms nobody', async () => {
    there.on('throw', () => {
      throw new Error('now');
    });
    there.on('reject', () => Promise.reject(new Error('later')));
    there.on('answer', () => 'well');
    for (const name of ['throw', 'reject'])
      await expect(here.ask(name, { about: {} }, ['there'], 5)).rejects.toMatchObject({
        code: 'relay-unavailable',
      });
    expect(await here.ask('answer', { about: {} }, ['there'], 5000)).toEqual(['well']);
  });
});
