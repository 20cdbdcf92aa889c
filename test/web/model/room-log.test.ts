// One room's log: bounded, without doubles, and honest about own messages.
import { describe, expect, it } from 'vitest';
import type { RoomLog } from '../../../src/web/model/room-log.ts';
import * as log from '../../../src/web/model/room-log.ts';

const SEEN = { own: false, seen: true };
const UNSEEN = { own: false, seen: false };
const OWN = { own: true, seen: true };

const message = (id: string, content = id): log.ChatMessage => {
  return { id, roomId: 'r', sender: 'Ann', content, sentAt: 1 };
};
const composed = (room: RoomLog, key: string, content: string): RoomLog =>
  log.compose(room, { key, roomId: 'r', content, composedAt: 1 });
const sent = (key: string, content: string, room = log.emptyLog('r')): RoomLog =>
  log.step(composed(room, key, content), key, 'write');
const contents = (room: RoomLog): string[] =>
  room.entries.map((entry) => (entry.kind === 'message' ? entry.content : entry.text));
const note = (topic: log.NoteEntry['topic'], text: string) => ({ key: text, topic, text, at: 1 });

describe('the messages of a room', () => {
  it('are kept in the order of arrival, each once', () => {
    const room = ['1', '2', '1'].reduce((all, id) => log.deliver(all, message(id), SEEN), log.emptyLog('r'));
    expect(contents(room)).toEqual(['1', '2']);
  });

  it('are bounded: the oldest go', () => {
    let room = log.emptyLog('r');
    for (let at = 0; at < log.MAX_ENTRIES + 5; at++) room = log.deliver(room, message(`${at}`), SEEN);
    expect(room.entries).toHaveLength(log.MAX_ENTRIES);
    expect(contents(room)[0]).toBe('5');
  });
});

describe('an own message', () => {
  it('is settled by its delivery, keeping its key, when the receipt comes after', () => {
    const delivered = log.deliver(sent('k', 'hi'), message('1', 'hi'), OWN);
    const room = log.step(delivered, 'k', 'receipt');
    expect(room.outgoing).toEqual([]);
    expect(room.entries.map((entry) => entry.key)).toEqual(['k']);
  });

  it('is settled by its delivery when the receipt comes before', () => {
    const room = log.deliver(log.step(sent('k', 'hi'), 'k', 'receipt'), message('1', 'hi'), OWN);
    expect(room.outgoing).toEqual([]);
    expect(contents(room)).toEqual(['hi']);
  });

  it('of the same text settles in the order of sending', () => {
    const two = sent('second', 'hi', sent('first', 'hi'));
    expect(log.deliver(two, message('1', 'hi'), OWN).outgoing.map((out) => out.key)).toEqual(['second']);
  });

  it('is not taken for what the same user writes elsewhere', () => {
    const room = log.deliver(sent('k', 'hi'), message('1', 'from my phone'), OWN);
    expect(room.outgoing).toHaveLength(1);
    expect(contents(room)).toEqual(['from my phone']);
  });

  it('that never went out is not settled by a message of the same text', () => {
    const room = log.deliver(composed(log.emptyLog('r'), 'k', 'hi'), message('1', 'hi'), OWN);
    expect(room.outgoing).toHaveLength(1);
  });

  it('shows why it was refused, and no longer once it is tried again', () => {
    const refused = log.step(sent('k', 'hi'), 'k', 'refusal', 'too rude');
    expect(refused.outgoing[0]).toMatchObject({ delivery: 'failed', reason: 'too rude' });
    expect(log.step(refused, 'k', 'retry').outgoing[0]).not.toHaveProperty('reason');
  });

  it('that is tried again goes after those that wait', () => {
    const failed = log.step(sent('a', 'A'), 'a', 'refusal', 'no');
    const room = log.step(composed(failed, 'b', 'B'), 'a', 'retry');
    expect(room.outgoing.map((out) => out.key)).toEqual(['b', 'a']);
  });

  it('waits in a bounded line', () => {
    let room = log.emptyLog('r');
    for (let at = 0; at <= log.MAX_OUTGOING; at++) room = composed(room, `${at}`, 'x');
    expect(room.outgoing).toHaveLength(log.MAX_OUTGOING);
    expect(log.isFull(room)).toBe(true);
  });

  it('can be thrown away', () => {
    expect(log.discard(sent('k', 'hi'), 'k').outgoing).toEqual([]);
  });
});

describe('when the connection is lost', () => {
  it('what was sent is interrupted, what was confirmed stays so, what waits goes on waiting', () => {
    const confirmed = log.step(sent('a', 'A'), 'a', 'receipt');
    const room = log.loseConnection(composed(sent('b', 'B', confirmed), 'c', 'C'));
    expect(room.outgoing.map((out) => [out.key, out.delivery])).toEqual([
      ['a', 'confirmed'],
      ['b', 'interrupted'],
      ['c', 'queued'],
    ]);
    expect(log.write(room).outgoing.map((out) => out.delivery)).toEqual(['confirmed', 'sending', 'sending']);
  });

  it('an interrupted message that was published is settled by its delivery', () => {
    const room = log.deliver(log.loseConnection(sent('k', 'hi')), message('1', 'hi'), OWN);
    expect(room.outgoing).toEqual([]);
    expect(contents(room)).toEqual(['hi']);
  });

  it('a flapping one fills no room with notes', () => {
    const topics = ['joined', 'lost', 'back', 'lost', 'back'] as const;
    const room = topics.reduce((all, topic) => log.addNote(all, note(topic, topic)), log.emptyLog('r'));
    expect(contents(room)).toEqual(['joined', 'back']);
  });

  it('notes with messages between them stay', () => {
    const back = log.addNote(log.emptyLog('r'), note('back', 'first'));
    const room = log.addNote(log.deliver(back, message('1'), SEEN), note('lost', 'second'));
    expect(contents(room)).toEqual(['first', '1', 'second']);
  });
});

describe('what may be missing', () => {
  const gap = note('gap', 'missing');

  it('is noted behind what is there, once for each time', () => {
    const one = log.deliver(log.emptyLog('r'), message('1'), SEEN);
    const twice = log.miss(log.miss(one, 'Ann', gap), 'Ann', gap);
    expect(contents(twice)).toEqual(['1', 'missing']);
    expect(contents(log.miss(log.deliver(twice, message('2'), SEEN), 'Ann', gap))).toHaveLength(4);
  });

  it('is not noted where nothing was', () => {
    expect(contents(log.miss(log.addNote(log.emptyLog('r'), note('joined', 'hi')), 'Ann', gap))).toEqual([
      'hi',
    ]);
  });

  it('stands beside the newest note on the connection, however often that goes', () => {
    const story = ['joined', 'lost', 'back', 'gap', 'lost', 'back', 'gap', 'lost'] as const;
    const room = story.reduce((all, topic) => log.addNote(all, note(topic, topic)), log.emptyLog('r'));
    expect(contents(room)).toEqual(['joined', 'gap', 'lost']);
  });

  it('is not an own message that was confirmed: it is shown, and once when it comes after all', () => {
    const confirmed = log.step(sent('k', 'hi'), 'k', 'receipt');
    const missed = log.miss(confirmed, 'Ann', gap);
    expect(missed.outgoing).toEqual([]);
    expect(contents(missed)).toEqual(['hi', 'missing']);
    const came = ['1', '1'].reduce((all, id) => log.deliver(all, message(id, 'hi'), OWN), missed);
    expect(contents(came)).toEqual(['hi', 'missing']);
    expect(contents(log.deliver(came, message('2', 'hi'), OWN))).toEqual(['hi', 'missing', 'hi']);
  });
});

describe('what was said before a room was joined', () => {
  const joined = log.addNote(log.emptyLog('r'), { ...note('joined', 'joined'), at: 10 });
  const later = { ...message('3'), sentAt: 11 };

  it('stands above the note, in order, and is not unread', () => {
    const room = [message('1'), message('2'), later].reduce(
      (all, one) => log.deliver(all, one, UNSEEN),
      joined,
    );
    expect(contents(room)).toEqual(['1', '2', 'joined', '3']);
    expect([room.unread, room.divider]).toEqual([1, '3']);
  });

  it('may lack something, which is noted where it is missing', () => {
    const first = log.deliver(joined, { ...message('1'), sentAt: 3 }, UNSEEN);
    const missed = log.miss(first, 'Ann', { ...note('gap', 'missing'), at: 12 });
    const room = log.deliver(missed, message('2'), UNSEEN);
    expect(contents(room)).toEqual(['1', 'missing', '2', 'joined']);
    expect(room.entries[1]).toMatchObject({ at: 3 });
    expect(contents(log.miss(log.deliver(room, later, UNSEEN), 'Ann', note('gap', 'new'))).at(-1)).toBe(
      'new',
    );
  });

  it('does not settle a message of the same text that is written now', () => {
    const now = 10 * 60_000;
    const out = { key: 'k', roomId: 'r', content: 'ok', composedAt: now };
    const room = log.write(log.compose(joined, out));
    expect(log.deliver(room, message('1', 'ok'), OWN).outgoing).toHaveLength(1);
    expect(log.deliver(room, { ...message('2', 'ok'), sentAt: now - 60_000 }, OWN).outgoing).toEqual([]);
  });
});

describe('what is remembered over a reload', () => {
  it('is what is on its way, as good as it can be read again', () => {
    const refused = log.step(sent('no', 'no'), 'no', 'refusal', 'rude');
    const room = sent('k', 'hi', refused);
    const kept = log.unsent(room);
    expect(kept).toEqual([{ key: 'k', roomId: 'r', content: 'hi', composedAt: 1 }]);
    const stored = JSON.parse(JSON.stringify([...kept, null, 7, { key: 'x' }]));
    expect(log.unsentFrom(stored)).toEqual(kept);
    expect(log.unsentFrom('nonsense')).toEqual([]);
    const restored = log.restore(log.emptyLog('r'), { ...kept[0]!, delivery: 'interrupted' });
    expect(log.unsent(restored)).toEqual(kept);
  });
});

describe('what is unread', () => {
  const two = ['1', '2'].reduce((all, id) => log.deliver(all, message(id), UNSEEN), log.emptyLog('r'));

  it('is counted, and the line stands above the first of it', () => {
    expect([two.unread, two.divider]).toEqual([2, '1']);
  });

  it('is read by opening the room; the line stays until the reader turns away', () => {
    const read = log.markRead(two);
    expect([read.unread, read.divider]).toEqual([0, '1']);
    expect(log.turnAway(read).divider).toBeUndefined();
  });

  it('keeps its line when the reader turns away without having read', () => {
    expect(log.turnAway(two).divider).toBe('1');
  });

  it('is never the own message', () => {
    expect(log.deliver(log.emptyLog('r'), message('1'), { own: true, seen: false }).unread).toBe(0);
  });

  it('is over when its reader writes', () => {
    expect(composed(two, 'k', 'hi')).toMatchObject({ unread: 0, divider: undefined });
  });
});
