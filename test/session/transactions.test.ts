// Transactions are bounded, known by their names, and done as a whole.
import { describe, expect, it } from 'vitest';
import { commit, type Step, Transactions } from '../../src/session/transactions.ts';

const limits = { maxTransactions: 2, maxTransactionFrames: 3, maxTransactionBytes: 100 };

function step(bytes = 1, run: () => void | Promise<void> = () => {}, check = () => {}): Step {
  return { bytes, receipt: undefined, check, run };
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
    expect(() => commit([good, bad])).toThrow('no');
    expect(done).toEqual([]);
  });

  it('begins every step before it waits for one', async () => {
    const done: string[] = [];
    let finish = (): void => {};
    const slow = step(1, () => new Promise<void>((resolve) => (finish = resolve)));
    const committed = commit([slow, step(1, () => void done.push('second'))]);
    expect(done).toEqual(['second']);
    let over = false;
    const end = Promise.resolve(committed).then(() => (over = true));
    expect(over).toBe(false);
    finish();
    await end;
    expect(over).toBe(true);
  });

  it('is done at once when all of it can be', () => {
    expect(commit([step(), step()])).toBeUndefined();
  });
});
