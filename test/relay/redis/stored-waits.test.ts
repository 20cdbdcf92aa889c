// Who waits for the history: told when it has the message, and when nobody will ever have it.
import { describe, expect, it } from 'vitest';
import { MessageLost } from '../../../src/relay/log.ts';
import type { Fate } from '../../../src/relay/redis/fate.ts';
import { StoredWaits } from '../../../src/relay/redis/stored-waits.ts';

const position = { epoch: 7, seq: 3 };

/** A Redis that says what it is told to, and a clock that a test turns. */
function redis() {
  const said = {
    mark: undefined as string | undefined,
    fate: 'here' as Fate | Error,
    session: 'one' as string | undefined,
    now: 0,
    sought: 0,
  };
  const waits = new StoredWaits({
    marks: async (destinations) => destinations.map(() => said.mark),
    fate: async () => {
      said.sought++;
      if (said.fate instanceof Error) throw said.fate;
      return said.fate;
    },
    session: () => said.session,
    clock: () => said.now,
  });
  /** Looks each second, as the relay does, and lets what was asked be answered. */
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      said.now += 1000;
      waits.look();
      await new Promise(setImmediate);
    }
  };
  const wait = (at = position) => {
    const outcome = { is: 'waits' };
    waits.wait('/topic/tea', at).then(
      () => (outcome.is = 'stored'),
      (error: unknown) => (outcome.is = error instanceof MessageLost ? 'lost' : String(error)),
    );
    return outcome;
  };
  return { said, waits, pass, wait };
}

describe('who waits for the history', () => {
  it('is told when its message is lost, although no message follows it', async () => {
    const { said, pass, wait } = redis();
    const outcome = wait();
    said.mark = '7-2';
    said.fate = 'lost';
    await pass(6);
    expect(outcome.is).toBe('lost');
  });

  it('believes no server that counts since a moment: the sentinels may name another', async () => {
    const { said, pass, wait } = redis();
    const outcome = wait();
    await pass(6);
    Object.assign(said, { session: 'two', fate: 'lost' });
    await pass(3);
    expect(outcome.is).toBe('waits');
    Object.assign(said, { session: 'three', fate: 'here' });
    await pass(9);
    said.mark = '7-3';
    await pass(1);
    expect(outcome.is).toBe('stored');
  });

  it('is looked for once in a session, and again in the next', async () => {
    const { said, pass, wait } = redis();
    wait();
    await pass(20);
    expect(said.sought).toBe(1);
    said.session = undefined;
    await pass(5);
    expect(said.sought).toBe(1);
    Object.assign(said, { session: 'two', fate: 'lost' });
    await pass(5);
    expect(said.sought).toBe(2);
  });

  it('is looked for again when Redis did not answer', async () => {
    const { said, pass, wait } = redis();
    const outcome = wait();
    said.fate = new Error('away');
    await pass(8);
    said.fate = 'lost';
    await pass(1);
    expect(outcome.is).toBe('lost');
  });

  it('waits on where Redis does not know', async () => {
    const { said, pass, wait } = redis();
    const outcome = wait();
    said.fate = 'unknown';
    await pass(20);
    expect(outcome.is).toBe('waits');
  });

  it('is the only one that is told, of those in its destination', async () => {
    const { said, pass, wait } = redis();
    const lost = wait();
    said.fate = 'lost';
    await pass(3);
    const later = wait({ epoch: 8, seq: 1 });
    await pass(1);
    said.mark = '8-1';
    await pass(1);
    expect([lost.is, later.is]).toEqual(['lost', 'stored']);
  });
});
