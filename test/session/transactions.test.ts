// Transactions are bounded, known by their names, and done as a whole.
import { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Frame, Headers } from '../../frames/index.ts';
import { StompwireError } from '../../src/errors.ts';
import { Message } from '../../src/message/message.ts';
import { type Committing, commit, type Step, Transactions } from '../../src/session/transactions.ts';

const limits = { maxTransactions: 2, maxTransactionFrames: 3, maxTransactionBytes: 100 };

const frame: Frame = { command: 'SEND', headers: new Headers(), body: Buffer.alloc(0) };

/** What was answered, in its order. */
let answered: (Frame | string)[];
const committing: Committing = {
  assertRoom: (messages) => {
    if (messages.length > 1) throw new StompwireError('queue-full');
  },
  assertTogether: (addresses) => {
    if (new Set(addresses).size > 1) throw new StompwireError('transaction-too-wide');
  },
  together: (steps) => steps(),
  processed: (one, processed) =>
    answered.push(one, ...(processed === undefined ? [] : [JSON.stringify(processed)])),
};
beforeEach(() => {
  answered = [];
});

function step(bytes = 1, run: () => void | Promise<void> = () => {}, check = () => {}): Step {
  return { bytes, frame, check, run };
}

describe('transactions', () => {
  it('give back their steps in their order, once', () => {
    const transactions = new Transactions(limits);
    const [one, two] = [step(), step()];
    transactions.begin('t');
    transactions.add('t', one);
    transactions.add('t', two);
    expect(transactions.take('t')).toEqual([one, two]);
    expect(() => transactions.take('t')).toThrow("'t' is not open");
    expect(transactions.size).toBe(0);
  });

  it('do not nest, and are not begun twice', () => {
    const transactions = new Transactions(limits);
    transactions.begin('t');
    expect(() => transactions.begin('t')).toThrow(expect.objectContaining({ code: 'transaction-in-use' }));
    transactions.begin('u');
    expect(() => transactions.begin('v')).toThrow(
      expect.objectContaining({ code: 'too-many-transactions', message: expect.stringContaining('=2') }),
    );
    transactions.take('u');
    transactions.begin('v');
  });

  it('refuse what belongs to none', () => {
    const transactions = new Transactions(limits);
    expect(() => transactions.add('t', step())).toThrow(
      expect.objectContaining({ code: 'unknown-transaction' }),
    );
  });

  it('are bounded by frames and by bytes over all of them, and give back what is done', () => {
    const transactions = new Transactions(limits);
    transactions.begin('t');
    transactions.begin('u');
    transactions.add('t', step(60));
    const tooLarge = expect.objectContaining({ code: 'transaction-too-large' });
    expect(() => transactions.add('u', step(41))).toThrow(tooLarge);
    transactions.add('u', step(40));
    transactions.take('t');
    transactions.add('u', step(60));
    expect(() => transactions.add('u', step(1))).toThrow(tooLarge);
    transactions.clear();
    transactions.begin('t');
    for (let i = 0; i < 3; i++) transactions.add('t', step());
    expect(() => transactions.add('t', step())).toThrow(tooLarge);
  });
});

describe('a commit', () => {
  it('does nothing when one of its steps cannot be done', () => {
    const done: string[] = [];
    const good = step(1, () => void done.push('good'));
    const bad = step(1, undefined, () => {
      throw new Error('no');
    });
    expect(() => commit([good, bad], committing)).toThrow('no');
    expect(done).toEqual([]);
  });

  it('begins every step before it waits for one', async () => {
    const done: string[] = [];
    let finish = (): void => {};
    const slow = step(1, () => new Promise<void>((resolve) => (finish = resolve)));
    const committed = commit([slow, step(1, () => void done.push('second'))], committing);
    expect(done).toEqual(['second']);
    let over = false;
    const end = Promise.resolve(committed).then(() => (over = true));
    expect(over).toBe(false);
    finish();
    await end;
    expect(over).toBe(true);
  });

  it('is done at once when all of it can be', () => {
    expect(commit([step(), step()], committing)).toBeUndefined();
  });

  it('does nothing when not all that it sends has room, and undoes what was taken for it', () => {
    const done: string[] = [];
    const queued = new Message({ destination: '/queue/a', id: '1', body: Buffer.alloc(1) });
    const sends = (): Step => ({ ...step(1, () => void done.push('sent')), queued });
    const acknowledges = { ...step(1, () => void done.push('done')), undo: () => void done.push('undone') };
    expect(() => commit([acknowledges, sends(), sends()], committing)).toThrow(
      expect.objectContaining({ code: 'queue-full' }),
    );
    expect(done).toEqual(['undone']);
    commit([acknowledges, sends()], committing);
    expect(done).toEqual(['undone', 'done', 'sent']);
  });

  it('does nothing when it cannot be done in one step', () => {
    const done: string[] = [];
    const at = (address: string): Step => ({ ...step(1, () => void done.push(address)), address });
    expect(() => commit([at('/topic/a'), step(), at('/topic/b')], committing)).toThrow(
      expect.objectContaining({ code: 'transaction-too-wide' }),
    );
    expect(done).toEqual([]);
    commit([at('/topic/a'), step(), at('/topic/a')], committing);
    expect(done).toEqual(['/topic/a', '/topic/a']);
  });

  it('leaves to handlers what is theirs, behind the rest, and nothing when that was not done', async () => {
    const done: string[] = [];
    const at = (name: string, behind = false): Step => ({
      ...step(1, () => void done.push(name)),
      behind,
      undo: () => void done.push(`${name} undone`),
    });
    await commit([at('handled', true), at('sent')], committing);
    expect(done.splice(0)).toEqual(['sent', 'handled']);
    const refusing: Committing = {
      ...committing,
      together: async (steps, undone) => {
        await steps();
        undone();
        throw new StompwireError('queue-full');
      },
    };
    await expect(commit([at('handled', true), at('sent')], refusing)).rejects.toMatchObject({
      code: 'queue-full',
    });
    expect(done).toEqual(['sent', 'handled undone', 'sent undone']);
  });

  it('answers its frames when all of it is done, but those that were answered otherwise', async () => {
    const frames = ['a', 'b', 'c'].map((id): Frame => ({ ...frame, headers: new Headers(['receipt', id]) }));
    let finish = (): void => {};
    const slow = (): Promise<void> => new Promise<void>((resolve) => (finish = resolve));
    const committed = commit(
      [
        { bytes: 1, frame: frames[0]!, run: slow },
        { bytes: 1, frame: frames[1]!, run: () => ({ withheld: true }) },
        { bytes: 1, frame: frames[2]!, run: () => ({ headers: { own: 'x' } }) },
      ],
      committing,
    );
    expect(answered).toEqual([]);
    finish();
    await committed;
    expect(answered).toEqual([frames[0], frames[2], '{"headers":{"own":"x"}}']);
  });
});
