// A page that is open for weeks: what it heard of messages that it does not show does not grow without end.
import { expect, it } from 'vitest';
import { amend } from '../../../src/web/model/amend.ts';
import { react } from '../../../src/web/model/react.ts';
import { MOST_REMEMBERED } from '../../../src/web/model/remembered.ts';
import { deliver, emptyLog } from '../../../src/web/model/room-log.ts';

it('remembers of edits and reactions the newest, and what is shown keeps its own', () => {
  const message = { id: 'x', roomId: 'r', sender: 'Ann', content: 'helo', sentAt: 1, messageId: 'first' };
  let log = deliver(emptyLog('r'), message, { own: false, seen: true });
  const change = (of: string): void => {
    log = amend(log, { roomId: 'r', of, content: 'hello' });
    log = react(log, { roomId: 'r', of, user: 'Bob', emoji: '👍', on: true });
  };
  for (const of of ['first', 'second']) change(of);
  for (let n = 0; n < MOST_REMEMBERED - 1; n++) change(`${n}`);
  change('second');
  change('last');
  for (const known of [log.amendments, log.marks]) {
    expect(known.size).toBe(MOST_REMEMBERED);
    expect(known.has('second')).toBe(true);
  }
  expect(log.entries).toMatchObject([{ content: 'hello', reactions: [{ emoji: '👍', users: ['Bob'] }] }]);
});
