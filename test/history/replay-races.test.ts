// A reader of a log that goes on between its asking how far the log reaches and its reading.
import { describe, expect, it } from 'vitest';
import { Replay } from '../../src/history/replay.ts';
import { ReplayReader } from '../../src/history/replay-reader.ts';
import type { Log } from '../../src/relay/log.ts';
import { room as destination, Room } from './room.ts';

const nothingStored = { find: async () => ({ records: [], next: undefined }) };

describe('a reader that has nearly caught up', () => {
  it('is given what comes next, when the begin of its page leaves the log meanwhile', async () => {
    const room = new Room({ count: 20 });
    room.say(30);
    await room.written();
    const [{ top }, before] = [await room.log.reach(destination), 1];
    const log: Log = {
      durable: true,
      append: (...call) => room.log.append(...call),
      stored: (...call) => room.log.stored(...call),
      redact: (...call) => room.log.redact(...call),
      clear: (...call) => room.log.clear(...call),
      reach: (name) => room.log.reach(name),
      read: async (...call) => {
        room.say(); // the oldest one makes room
        await room.written();
        return room.log.read(...call);
      },
    };
    const reader = new ReplayReader(new Replay({ log, store: nothingStored }), destination);
    expect(await reader.begin({ epoch: top.epoch, seq: top.seq - before })).toBe('complete');
    const [next] = await reader.read();
    expect(next?.position).toEqual({ epoch: top.epoch, seq: top.seq });
  });
});
