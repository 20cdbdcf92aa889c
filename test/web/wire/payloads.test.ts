// Bodies from the service: good ones are read, any other does no harm.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../src/web/wire/payloads.ts';

const good = { id: '1', roomId: 'r', sender: 'Ann', content: 'hi', sentAt: '2026-03-05T12:00:00.000Z' };

describe('a chat message', () => {
  it('is read with its time', () => {
    expect(readMessage(JSON.stringify(good), 0)).toEqual({ ...good, sentAt: Date.UTC(2026, 2, 5, 12) });
  });

  it('takes the time of arrival when its own is none', () => {
    for (const sentAt of ['yesterday', 7, undefined]) {
      expect(readMessage(JSON.stringify({ ...good, sentAt }), 42)?.sentAt).toBe(42);
    }
  });

  it('is nothing when a part is missing or of another kind', () => {
    for (const key of ['id', 'roomId', 'sender', 'content']) {
      expect(readMessage(JSON.stringify({ ...good, [key]: undefined }), 0)).toBeUndefined();
      expect(readMessage(JSON.stringify({ ...good, [key]: { toString: 1 } }), 0)).toBeUndefined();
    }
  });

  it('is never a reason to fail', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        readMessage(body, 0);
      }),
    );
  });
});
