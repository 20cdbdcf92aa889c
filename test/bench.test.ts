// The arithmetic behind the benchmarks, and the table that they print; nothing is measured here.
import { describe, expect, it } from 'vitest';
import { Account } from './bench/load/accounts.ts';
import { bodyOf, mark, numberAt } from './bench/load/dialects.ts';
import type { Plan } from './bench/load/plan.ts';
import { rowOf, tableOf, verdict } from './bench/report.ts';
import { difference, interleaved, inverse, median, pairwise } from './bench/statistics.ts';

describe('the arithmetic of the benchmarks', () => {
  it('takes the middle, and the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
  });

  it('compares what was measured in the same round', () => {
    const spread = pairwise([2, 20, 3], [1, 10, 3], (our, their) => our / their);
    expect(spread).toEqual({ median: 2, low: 1, high: 2 });
    expect(pairwise([2], [8], inverse).median).toBe(4);
    expect(pairwise([2], [8], difference).median).toBe(-6);
  });

  it('gives every contender its turn in every round', async () => {
    const turns: string[] = [];
    const turn = (name: string) => () => turns.push(name);
    const measured = await interleaved(2, { a: turn('a'), b: turn('b') });
    expect(turns).toEqual(['a', 'b', 'a', 'b']);
    expect(measured).toEqual({ a: [1, 3], b: [2, 4] });
  });
});

describe('the table', () => {
  const compared = { what: 'fan-out', ours: [1, 1.1], rival: [8, 8.8], rivalName: 'bare ws', of: 'us' };

  it('shows both sides, the ratio with its spread, the target and what came of it', () => {
    const target = { kind: 'at least', limit: 7 } as const;
    const [, line] = tableOf([rowOf({ ...compared, compare: inverse, target })]).split('\n');
    expect(line).toMatch(
      /^fan-out +1\.05 us +8\.40 us bare ws +8\.00 x \(8\.00-8\.00\) +at least 7 x +PASS$/,
    );
  });

  it.each([
    [{ kind: 'at most', limit: 0.2 } as const, 'PASS'],
    [{ kind: 'at most', limit: 0.1 } as const, 'over'],
    [{ kind: 'at least', limit: 0.2 } as const, 'under'],
    [undefined, ''],
  ])('says of %o: %s', (target, said) => {
    expect(verdict(rowOf({ ...compared, ...(target && { target }) }))).toBe(said);
  });
});

describe('the account of a producer of queues', () => {
  const sent = (count: number, receiptEvery = 100): Account => {
    const account = new Account({ receiptEvery });
    for (let number = 1; number <= count; number++) expect(account.send()).toBe(number);
    return account;
  };

  it('is settled when each message came once, in whatever order, and each RECEIPT', () => {
    const account = sent(4, 2);
    for (const number of [2, 1, 4, 3]) account.arrived(number);
    expect([account.done, account.missing]).toEqual([false, '2 RECEIPTs never came']);
    account.receipt('2');
    account.receipt('4');
    expect([account.done, account.underWay]).toEqual([true, 0]);
  });

  it('tells what is lost', () => {
    const account = sent(3);
    account.arrived(1);
    account.arrived(3);
    expect([account.done, account.missing]).toEqual([false, '1 messages never came, the first is 2']);
  });

  it('tells what is doubled, also when as much is lost', () => {
    const account = sent(2);
    account.arrived(1);
    expect(() => account.arrived(1)).toThrow('message 1 came again');
    expect(() => account.arrived(3)).toThrow('or was never sent');
    expect(account.done).toBe(false);
  });

  it('tells RECEIPTs out of order', () => {
    const account = sent(4, 2);
    expect(() => account.receipt('4')).toThrow('RECEIPT 4 out of order');
  });

  it('counts as under way what has no RECEIPT, where each asks for one', () => {
    const account = sent(2, 1);
    account.arrived(1);
    account.arrived(2);
    account.receipt('1');
    expect(account.underWay).toBe(1);
  });
});

describe('the bodies of the load', () => {
  it.each([40, 120, 4096])('have %i bytes, are JSON, and end in their number', (bodyBytes) => {
    const body = Buffer.from(bodyOf({ bodyBytes } as Plan, 1234));
    expect(body).toHaveLength(bodyBytes);
    expect(JSON.parse(body.toString()).content).toMatch(/#00001234$/);
    expect(numberAt(body, body.lastIndexOf(mark) + 1)).toBe(1234);
  });
});
