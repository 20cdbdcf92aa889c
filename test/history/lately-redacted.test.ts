// What is given in the place of messages that were redacted while they waited in this process.
import { describe, expect, it } from 'vitest';
import { LatelyRedacted } from '../../src/history/lately-redacted.ts';
import { Message } from '../../src/message/message.ts';
import { destinationHash, messageIdOf } from '../../src/message/position.ts';

const room = '/topic/a';
const messageAt = (seq: number, destination = room, headers: readonly string[] = []): Message => {
  const position = { epoch: 7, seq };
  const id = messageIdOf(destinationHash(room), position);
  return new Message({ destination, id, position, headers, body: Buffer.from('secret') });
};

describe('what was redacted lately', () => {
  it('is a tombstone, and nothing else is', () => {
    const lately = new LatelyRedacted();
    expect(lately.seen(messageAt(1)).body.length).toBe(6);
    lately.add(room, { epoch: 7, seq: 1 });
    const { body, headers, id, destination } = lately.seen(messageAt(1, room, ['own', 'x']));
    expect([String(body), headers, id, destination]).toEqual([
      '',
      ['tombstone', 'redacted'],
      messageAt(1).id,
      room,
    ]);
    const other = messageAt(2);
    expect(lately.seen(other)).toBe(other);
    const plain = new Message({ destination: room, id: '1', body: Buffer.from('plain') });
    expect(lately.seen(plain)).toBe(plain);
  });

  it('says of a dead letter still why it is one', () => {
    const lately = new LatelyRedacted();
    lately.add(room, { epoch: 7, seq: 1 });
    const why = ['dead-letter-reason', 'refused', 'dead-letter-destination', room, 'delivery-count', '1'];
    const letter = messageAt(1, '/queue/dead-letter', ['own', 'secret', ...why]);
    expect(lately.seen(letter).headers).toEqual(['tombstone', 'redacted', ...why]);
  });

  it('is forgotten in the order in which it came, when there is too much of it', () => {
    const lately = new LatelyRedacted(2);
    for (const seq of [1, 2, 1, 3]) lately.add(room, { epoch: 7, seq });
    expect([1, 2, 3].map((seq) => lately.seen(messageAt(seq)).body.length)).toEqual([6, 0, 0]);
  });
});
