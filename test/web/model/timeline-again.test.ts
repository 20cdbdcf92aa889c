// The lines of a room that has changed are those that would be made anew: what is kept of before is right.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { amend } from '../../../src/web/model/amend.ts';
import { prepend } from '../../../src/web/model/older.ts';
import { react } from '../../../src/web/model/react.ts';
import * as log from '../../../src/web/model/room-log.ts';
import { read } from '../../../src/web/model/seen.ts';
import { timeline } from '../../../src/web/model/timeline.ts';

const NOON = new Date(2026, 2, 5, 12).getTime();
const HOUR = 3_600_000;
const reading = { user: 'Ann', now: NOON, locale: 'en-GB' };
const placeOf = (seq: number): string => `abcdefghijkl.1000-${seq}`;

const messageOf = (seq: number, sender: string, hours: number, answers?: number): log.ChatMessage => ({
  ...{ id: `${seq}`, messageId: placeOf(seq), roomId: 'r', sender, content: `text ${seq}` },
  ...(answers !== undefined && { replyTo: placeOf(answers) }),
  sentAt: NOON + hours * HOUR,
});

const sender = fc.constantFrom('Ann', 'Bob', 'Eve');
const seq = fc.integer({ min: 27, max: 35 });
const change = fc.oneof(
  fc.record({ what: fc.constant('said' as const), sender, answers: fc.option(seq, { nil: undefined }) }),
  fc.record({ what: fc.constant('older' as const), senders: fc.array(sender, { maxLength: 4 }) }),
  fc.record({ what: fc.constant('composed' as const) }),
  fc.record({ what: fc.constant('discarded' as const) }),
  fc.record({ what: fc.constant('edited' as const), seq, isDeleted: fc.boolean() }),
  fc.record({ what: fc.constant('reacted' as const), seq, sender, on: fc.boolean() }),
  fc.record({ what: fc.constant('read' as const), sender, seq }),
  fc.record({ what: fc.constant('divided' as const), at: fc.nat(4) }),
  fc.record({ what: fc.constant('noted' as const) }),
);
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

/** What happens to a room; messages take their numbers from the middle on, up and down. */
function changes() {
  let [newest, oldest, hours] = [30, 30, 0];
  return (room: log.RoomLog, it: Change): log.RoomLog => {
    switch (it.what) {
      case 'said':
        hours += 7;
        return log.deliver(room, messageOf(++newest, it.sender, hours, it.answers), {
          own: it.sender === 'Ann',
          seen: true,
        });
      case 'older': {
        const arrivals = it.senders
          .map((one) => ({ kind: 'message' as const, message: messageOf(--oldest, one, -oldest * 7) }))
          .reverse();
        return prepend(room, { arrivals, isStart: false, from: undefined });
      }
      case 'composed':
        return log.compose(room, { key: `mine ${++newest}`, roomId: 'r', content: 'hi', composedAt: NOON });
      case 'discarded':
        return log.discard(room, room.outgoing[0]?.key ?? '');
      case 'edited':
        return amend(room, { roomId: 'r', of: placeOf(it.seq), content: it.isDeleted ? undefined : 'other' });
      case 'reacted':
        return react(room, { roomId: 'r', of: placeOf(it.seq), user: it.sender, emoji: '👍', on: it.on });
      case 'read':
        return read(room, [{ user: it.sender, number: 1_000_000 + it.seq }]);
      case 'divided':
        return { ...room, divider: room.entries[it.at]?.key };
      case 'noted':
        return log.addNote(room, { key: `gap ${++newest}`, topic: 'gap', text: 'gap', at: NOON });
    }
  };
}

it('the lines after each change are those of a room that was never shown before', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (all) => {
      const step = changes();
      let room = log.emptyLog('r');
      for (const one of all) {
        room = step(room, one);
        const again = timeline(room, reading);
        timeline(log.emptyLog('another'), reading); // so that nothing is kept
        expect(again).toEqual(timeline(room, reading));
      }
    }),
  );
});

it('the line above what is unread, and who has seen what, leave no trace where they stood before', () => {
  const step = changes();
  const said = { what: 'said', sender: 'Ann', answers: undefined } as const;
  let room = [said, said, said, said].reduce<log.RoomLog>(step, log.emptyLog('r'));
  const kinds = (): string[] =>
    timeline(room, reading).map(({ kind, key }) => (kind === 'message' ? key : kind));
  for (const at of [0, 2, 9]) {
    room = step(room, { what: 'divided', at });
    expect(kinds().filter((kind) => kind === 'unread')).toHaveLength(at === 9 ? 0 : 1);
  }
  const seen = (): number[] =>
    timeline(room, reading).map((line) => (line.kind === 'message' ? line.seenBy.length : -1));
  for (const [user, number] of [
    ['Bob', 31],
    ['Bob', 33],
    ['Eve', 34],
  ] as const) {
    room = step(room, { what: 'read', sender: user, seq: number });
    expect(seen().filter((count) => count > 0)).toEqual([1]);
  }
});
