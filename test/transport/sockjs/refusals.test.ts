// What the document says of refusals is what is counted, no reason more and none less.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { refusalCounters } from '../../../src/transport/sockjs/refusals.ts';

it('every reason of a refusal stands in docs/sockjs.md, and no other', () => {
  const [, table = ''] = readFileSync('docs/sockjs.md', 'utf8').split('| Reason | What was refused |');
  const told = Array.from(table.matchAll(/^\| `([a-z-]+)` \|/gm), ([, reason]) => reason!);
  expect(told.sort()).toEqual(Object.keys(refusalCounters()).sort());
});
