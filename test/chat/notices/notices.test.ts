// Notices are told at once or kept, and what is kept is given once: whoever keeps and gives at the same time, on any node.
import { beforeEach, describe, expect, it } from 'vitest';
import type { NoticeShelf } from '../../../src/chat/live-repository.ts';
import { Notices } from '../../../src/chat/notices/notices.ts';
import type { PostedMessage } from '../../../src/chat/notices/room-members.ts';
import { MemoryRepository } from '../../../src/chat/repositories/memory.ts';
import { MemoryNotices } from '../../../src/chat/repositories/memory-live.ts';

/** A store whose calls take effect at moments that a test chooses. */
class SlowShelf extends MemoryNotices {
  readonly shelf = new MemoryRepository().notices;
  readonly #held: (() => void)[] = [];

  /** Lets one call that waits, by its place, take effect. */
  async release(at: number): Promise<void> {
    this.#held.splice(at, 1)[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }

  get waiting(): number {
    return this.#held.length;
  }

  override keep: NoticeShelf['keep'] = async (...given) => this.#later(() => this.shelf.keep(...given));
  override of: NoticeShelf['of'] = async (...given) => this.#later(() => this.shelf.of(...given));
  override drop: NoticeShelf['drop'] = async (...given) => this.#later(() => this.shelf.drop(...given));
  override read: NoticeShelf['read'] = async (...given) => this.#later(() => this.shelf.read(...given));

  async #later<T>(call: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => this.#held.push(resolve));
    return call();
  }
}

const messageOf = (number: number): PostedMessage => ({
  ...{ id: `${number}`, messageId: `m${number}`, number, roomId: 'r', sender: 'kim' },
  ...{ content: `text ${number}`, sentAt: '2026-01-01T00:00:00.000Z' },
});

/** A node, with what it believes of lee. */
class Node {
  hears = false;
  readonly notices: Notices;
  readonly counted: string[] = [];

  constructor(shelf: NoticeShelf, told: string[], reads = false) {
    this.notices = new Notices({
      repository: { notices: shelf },
      members: { of: async () => ['kim', 'lee'] },
      keeps: 10,
      clock: () => 1,
      reads: () => reads,
      hears: () => this.hears,
      tell: async (user, { messageId }) => void told.push(`${user} ${messageId}`),
      kept: () => {},
      counted: (outcome) => this.counted.push(outcome),
    });
  }
}

let shelf: SlowShelf;
let told: string[];

beforeEach(() => {
  shelf = new SlowShelf();
  told = [];
});

async function finish(random: (below: number) => number): Promise<void> {
  for (let idle = 0; idle < 3; ) {
    await shelf.release(random(shelf.waiting || 1));
    idle = shelf.waiting === 0 ? idle + 1 : 0;
  }
}

describe('notices', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed + 1))(
    'are each given once, however keeping, coming back and learning of it fall together (%i)',
    async (seed) => {
      let state = seed;
      const random = (below: number): number => {
        state = (state * 48_271) % 2_147_483_647;
        return state % below;
      };
      const [here, there] = [new Node(shelf, told), new Node(shelf, told)];
      const steps: (() => void)[] = [
        ...[1, 2, 3].map((number) => () => void here.notices.posted(messageOf(number))),
        ...[4, 5].map((number) => () => void there.notices.posted(messageOf(number))),
      ];
      // lee comes back on the other node: that one knows at once, and this one later, with everything in between
      const back = random(steps.length + 1);
      steps.splice(back, 0, () => {
        there.hears = true;
        void there.notices.give('lee');
      });
      steps.splice(back + 1 + random(steps.length - back), 0, () => {
        here.hears = true;
        void here.notices.learned('lee');
      });
      for (const step of steps) {
        step();
        for (let calls = random(4); calls > 0; calls--) await shelf.release(random(shelf.waiting || 1));
      }
      await finish(random);
      expect(told.toSorted()).toEqual([1, 2, 3, 4, 5].map((number) => `lee m${number}`));
      expect(await shelf.shelf.of('lee', 10)).toEqual([]);
    },
  );

  it('that cannot be told are kept on', async () => {
    const repository = new MemoryRepository();
    let isAway = true;
    const notices = new Notices({
      repository,
      members: { of: async () => ['lee'] },
      ...{
        keeps: 10,
        clock: () => 1,
        reads: () => false,
        hears: () => false,
        kept: () => {},
        counted: () => {},
      },
      tell: async (user) => {
        if (isAway) throw new Error('the relay is away');
        told.push(user);
      },
    });
    await notices.posted(messageOf(1));
    await expect(notices.give('lee')).rejects.toThrow('the relay is away');
    isAway = false;
    await notices.give('lee');
    expect(told).toEqual(['lee']);
  });

  it('are none of the sender’s, nor of who reads the room', async () => {
    const node = new Node(new MemoryRepository().notices, told, true);
    node.hears = true;
    await node.notices.posted(messageOf(1));
    expect([told, node.counted]).toEqual([[], []]);
  });
});
