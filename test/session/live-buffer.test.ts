// What waits behind a replay: only what follows, only when it is close, and never more than it may.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { Position } from '../../src/message/position.ts';
import { LiveBuffer } from '../../src/session/live-buffer.ts';

const at = (seq: number, epoch = 1): Position => ({ epoch, seq });
const message = (position: Position, bytes = 10): Message =>
  new Message({ destination: '/topic/a', body: Buffer.alloc(bytes), id: 'x', position });
const filled = (
  limits: { messages: number; bytes: number },
  from: Position,
  ...seqs: number[]
): LiveBuffer => {
  const buffer = new LiveBuffer(limits);
  for (const seq of seqs) buffer.keep(message(at(seq)), at(seq), from);
  return buffer;
};
const roomy = { messages: 5, bytes: 10_000 };

describe('what comes live while something is replayed', () => {
  it('is given in its order once the replay has come to it', () => {
    const buffer = filled(roomy, at(1), 3, 4, 5);
    expect(buffer.next(at(1))).toBeUndefined();
    expect(buffer.next(at(2))!.position).toEqual(at(3));
    expect(buffer.next(at(4))!.position).toEqual(at(5));
    expect([buffer.next(at(5)), buffer.bytes]).toEqual([undefined, 0]);
  });

  it('is not kept when it is further away than a page, or of another epoch, but remembered', () => {
    const buffer = filled(roomy, at(1), 7);
    expect([buffer.bytes, buffer.top]).toEqual([0, at(7)]);
    buffer.keep(message(at(2, 2)), at(2, 2), at(1));
    expect([buffer.bytes, buffer.top]).toEqual([0, at(2, 2)]);
  });

  it('is thrown away when there are too many or too much', () => {
    expect(filled(roomy, at(1), 2, 3, 4, 5, 6).bytes).toBeGreaterThan(0);
    expect(filled(roomy, at(1), 2, 3, 4, 5, 6, 7).bytes).toBe(0);
    expect(filled({ messages: 5, bytes: 600 }, at(1), 2, 3, 4).bytes).toBe(0);
  });

  it('shares its bound with the others of its session', () => {
    const session = { bytes: 0 };
    const limits = { messages: 5, bytes: 600 };
    const [one, other] = [new LiveBuffer(limits, session), new LiveBuffer(limits, session)];
    one.keep(message(at(2)), at(2), at(1));
    other.keep(message(at(2)), at(2), at(1));
    expect(session.bytes).toBe(one.bytes + other.bytes);
    other.keep(message(at(3)), at(3), at(1));
    expect([other.bytes, other.top, session.bytes]).toEqual([0, at(3), one.bytes]);
    expect(one.next(at(1))!.position).toEqual(at(2));
    one.clear();
    one.clear();
    expect(session.bytes).toBe(0);
  });

  it('begins anew behind a hole, and takes no message twice', () => {
    const buffer = filled(roomy, at(1), 2, 3, 3, 2, 5);
    expect(buffer.next(at(4))!.position).toEqual(at(5));
    const one = filled(roomy, at(1), 2).bytes;
    expect([buffer.bytes, filled(roomy, at(1), 2, 3, 3).bytes]).toEqual([one, 2 * one]);
  });
});
