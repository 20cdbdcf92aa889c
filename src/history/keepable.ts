// What no store can keep: records that break the rules of positions and times.
import type { LogRecord } from '../message/record.ts';

/** The latest time that a date can be. */
const latest = 8.64e15;

/** What is wrong with a record, for the operator; `undefined`: nothing. */
export function flawOf({ destination, epoch, seq, time }: LogRecord): string | undefined {
  if (destination === '') return 'it has no destination';
  if (!(Number.isSafeInteger(epoch) && epoch >= 0)) return `its epoch is ${epoch}`;
  if (!(Number.isSafeInteger(seq) && seq >= 1)) return `its seq is ${seq}`;
  if (!(Number.isSafeInteger(time) && Math.abs(time) <= latest)) return `its time is ${time}`;
  return undefined;
}
