// What an ACK stands for, in each mode, by each name of a delivery.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AckMode, Outstanding } from '../../src/session/outstanding.ts';

function given(mode: AckMode, ...tags: number[]): Outstanding {
  const outstanding = new Outstanding(mode);
  for (const tag of tags) outstanding.add(tag, `m${tag}`);
  return outstanding;
}

describe('what is outstanding', () => {
  it('is settled one by one in mode client-individual', () => {
    const outstanding = given('client-individual', 1, 2, 3);
    expect(outstanding.settle(2)).toEqual([2]);
    expect(outstanding.settle(2)).toEqual([]);
    expect(outstanding.size).toBe(2);
  });

  it('is settled up to and with the named one in mode client', () => {
    const outstanding = given('client', 1, 2, 3, 4);
    expect(outstanding.settle(3)).toEqual([1, 2, 3]);
    expect(outstanding.settle(1)).toEqual([]);
    expect(outstanding.settle(4)).toEqual([4]);
  });

  it('is known by its message, by the latest delivery of it', () => {
    const outstanding = given('client-individual', 1);
    outstanding.add(2, 'm1');
    expect(outstanding.tagOf('m1')).toBe(2);
    outstanding.settle(1);
    expect(outstanding.tagOf('m1')).toBe(2);
    outstanding.settle(2);
    expect(outstanding.tagOf('m1')).toBeUndefined();
  });

  it('knows nothing of other tags', () => {
    expect(given('client', 1, 2).settle(7)).toEqual([]);
  });

  it('holds what a plain list would hold, whatever comes', () => {
    const step = fc.record({ add: fc.boolean(), tag: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.constantFrom<AckMode>('client', 'client-individual'), fc.array(step), (mode, steps) => {
        const outstanding = new Outstanding(mode);
        let model: number[] = [];
        let next = 0;
        for (const { add, tag } of steps) {
          if (add) {
            outstanding.add(++next, `m${next}`);
            model.push(next);
            continue;
          }
          const expected = !model.includes(tag)
            ? []
            : model.filter((one) => one === tag || (mode === 'client' && one < tag));
          expect(outstanding.settle(tag)).toEqual(expected);
          model = model.filter((one) => !expected.includes(one));
        }
        expect(outstanding.size).toBe(model.length);
      }),
    );
  });
});
