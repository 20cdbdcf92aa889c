// What one consumer may have of several queues together.
import { expect, it } from 'vitest';
import { Credit } from '../../src/queue/credit.ts';

it('has room for so many, and tells when there is some again', () => {
  let told = 0;
  const credit = new Credit(2, () => told++);
  credit.take();
  credit.give();
  credit.take(2);
  expect([credit.room, told]).toEqual([0, 0]);
  credit.give();
  credit.give();
  expect([credit.room, told]).toEqual([2, 1]);
});

it('has no less than none when more was given back than there was room for', () => {
  let told = 0;
  const credit = new Credit(1, () => told++);
  credit.take(3);
  credit.give();
  expect([credit.room, told]).toEqual([0, 0]);
  credit.give(2);
  expect([credit.room, told]).toEqual([1, 1]);
});

it('has no bound when that is 0', () => {
  const credit = new Credit(0);
  credit.take(1_000_000);
  expect(credit.room).toBe(Number.POSITIVE_INFINITY);
});
