// Notices are told at once or kept, and each is given once: whoever decides, keeps and gives at the same time, on any node, and whoever dies meanwhile.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { NoticeShelf } from '../../../src/chat/live-repository.ts';
import { FollowedRooms } from '../../../src/chat/notices/followed-rooms.ts';
import { Notices, type NoticesParts } from '../../../src/chat/notices/notices.ts';
import { MemoryNotices } from '../../../src/chat/repositories/memory-live.ts';
import type { HistoryMessage } from '../../../src/index.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A store whose calls take effect at moments that a test chooses. */
class Slow {
  readonly shelf = new MemoryNotices();
  readonly #held: (() => void)[] = [];

  get waiting(): number {
    return this.#held.length;
  }

  /** Lets one call that waits, by its place, take effect. */
  async release(at: number): Promise<void> {
    this.#held.splice(at, 1)[0]?.();
    await turn();
  }

  /** What a node sees of it; one that is dead gets no answers, though its calls may have taken effect. */
  seenBy(node: { isDead: boolean }): NoticeShelf {
    const call =
      (name: keyof NoticeShelf) =>
      async (...given: unknown[]) => {
        await new Promise<void>((resolve) => this.#held.push(resolve));
        const answer = await (this.shelf[name] as (...values: unknown[]) => Promise<unknown>)(...given);
        return node.isDead ? new Promise(() => {}) : answer;
      };
    return new Proxy({} as NoticeShelf, { get: (_, name) => call(name as keyof NoticeShelf) });
  }
}

const messageOf = (number: number, said: object = {}): HistoryMessage => ({
  ...{ destination: '/topic/chat-room/r', messageId: `m${number}`, number, time: 1, sender: 'kim' },
  ...{ contentType: undefined, headers: {}, tombstone: undefined },
  body: Buffer.from(JSON.stringify({ sender: 'kim', content: `text ${number}`, ...said })),
});

/** A node, with what it believes of lee. */
class Node {
  isDead = false;
  hears = false;
  reads = false;
  readonly notices: Notices;
  readonly rooms: FollowedRooms;
  readonly counted: string[] = [];
  readonly failures: unknown[] = [];

  constructor(slow: Slow, log: HistoryMessage[], told: string[], parts: Partial<NoticesParts> = {}) {
    const shelf = slow.seenBy(this);
    const failed = (error: unknown): number => this.failures.push(error);
    this.notices = new Notices({
      shelf: () => shelf,
      members: { of: async () => ['kim', 'lee'] },
      ...{ keeps: 10, clock: () => 1, marks: async () => new Map(), failed },
      reads: () => this.reads,
      mayRead: async () => true,
      hears: () => this.hears,
      tell: async (user, { messageId }) => void told.push(`${user} ${messageId}`),
      counted: (outcome) => this.counted.push(outcome),
      ...parts,
    });
    this.rooms = new FollowedRooms({
      ...{ shelf: () => shelf, keeps: 10, againAfter: 1, failed },
      behind: async (_, after) => {
        const behind = log.filter(({ number }) => number > after);
        return { messages: behind.slice(0, 2), next: behind.length > 2 ? 'more' : undefined };
      },
      decide: (roomId, messages, late) => this.notices.decide(roomId, messages, late),
      decided: (decision) => this.isDead || this.notices.decided(decision),
    });
  }

  /** What it was about to do it does no more. */
  die(): void {
    this.isDead = true;
    void this.rooms.close();
  }
}

/** Lets everything take effect, until nothing more happens. */
async function finish(slow: Slow, random: (below: number) => number): Promise<void> {
  for (let idle = 0; idle < 4; ) {
    await slow.release(random(slow.waiting || 1));
    // whoever was not taken looks anew after a moment
    if (slow.waiting === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    idle = slow.waiting === 0 ? idle + 1 : 0;
  }
}

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed + 1);
const all = [1, 2, 3, 4, 5].map((number) => `lee m${number}`);

describe('notices', () => {
  it.each(seeds(60))(
    'are each given once, however deciding, coming back and learning of it fall together (%i)',
    async (seed) => {
      const random = randomOf(seed);
      const [slow, log, told] = [new Slow(), [] as HistoryMessage[], [] as string[]];
      await slow.shelf.begin('r', 0); // as members came
      const [here, there] = [new Node(slow, log, told), new Node(slow, log, told)];
      const steps = [1, 2, 3, 4, 5].map((number) => () => {
        log.push(messageOf(number));
        (number % 2 === 0 ? there : here).rooms.said('r', number);
      });
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
        for (let calls = random(4); calls > 0; calls--) await slow.release(random(slow.waiting || 1));
      }
      await finish(slow, random);
      expect(told.toSorted()).toEqual(all);
      expect(await slow.shelf.of('lee', 10)).toEqual([]);
      expect([...here.failures, ...there.failures]).toEqual([]);
    },
  );

  it.each(seeds(60))(
    'are each given once though a node dies at any moment before its user is back (%i)',
    async (seed) => {
      const random = randomOf(seed);
      const [slow, log, told] = [new Slow(), [] as HistoryMessage[], [] as string[]];
      const [doomed, left] = [new Node(slow, log, told), new Node(slow, log, told)];
      await slow.shelf.begin('r', 0); // as members came
      for (const number of [1, 2, 3, 4, 5]) {
        log.push(messageOf(number));
        (number === 3 ? left : doomed).rooms.said('r', number);
        for (let calls = random(3); calls > 0; calls--) await slow.release(random(slow.waiting || 1));
      }
      doomed.die();
      const madeUp = left.rooms.makeUp();
      await finish(slow, random);
      await madeUp;
      left.hears = true;
      void left.notices.give('lee');
      await finish(slow, random);
      expect(told.toSorted()).toEqual(all);
    },
  );

  it('that are decided late are not for who has read the message meanwhile, nor of what was deleted', async () => {
    const slow = new Slow();
    const log = [1, 2, 3].map((number) => messageOf(number));
    log.push(messageOf(4, { messageType: 'DELETE', of: 'm3' }), messageOf(5));
    const node = new Node(slow, log, [], { marks: async () => new Map([['lee', 1]]) });
    await slow.shelf.begin('r', 0);
    const { rooms } = slow.shelf;
    slow.shelf.rooms = async () => {
      slow.shelf.rooms = rooms; // it is away at first
      throw new Error('away');
    };
    const madeUp = node.rooms.makeUp();
    await finish(slow, () => 0);
    await madeUp;
    // those of one step: a deletion takes what an earlier one has kept, too
    expect((await slow.shelf.of('lee', 9)).map(({ id }) => id)).toEqual(['m2', 'm5']);
  });

  it('that were kept of a room are given to nobody who may read it no longer; and to nobody while that is not known', async () => {
    const [told, slow] = [[] as string[], new Slow()];
    let isAway = true;
    const node = new Node(slow, [], told, {
      mayRead: async (_, roomId) => {
        if (isAway) throw new Error('away');
        return roomId !== 'left';
      },
    });
    for (const [id, roomId] of Object.entries({ m1: 'left', m2: 'r', m3: 'left' }))
      await slow.shelf.keep('lee', { id, roomId, number: 1, at: 1, payload: { messageId: id } }, 9);
    node.hears = true;
    const failed = expect(node.notices.give('lee')).rejects.toThrow('away');
    await finish(slow, () => 0);
    await failed;
    expect(await slow.shelf.of('lee', 9)).toHaveLength(3);
    isAway = false;
    void node.notices.give('lee');
    await finish(slow, () => 0);
    expect(told).toEqual(['lee m2']);
    expect(await slow.shelf.of('lee', 9)).toEqual([]);
  });

  it.each(seeds(60))(
    'come in the order in which they were said, whenever their user returns meanwhile (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const [slow, told, log] = [new Slow(), [] as string[], [] as HistoryMessage[]];
      const node = new Node(slow, log, told);
      const returnsAt = 1 + random(5);
      for (let number = 1; number <= 5; number++) {
        if (number === returnsAt) {
          node.hears = true;
          void node.notices.give('lee');
        }
        log.push(messageOf(number));
        node.rooms.said('r', number);
        for (let steps = random(6); steps > 0; steps--) await slow.release(random(slow.waiting || 1));
      }
      await finish(slow, random);
      expect(told).toEqual(all);
      expect(node.failures).toEqual([]);
    },
  );

  it('that cannot be told are kept on', async () => {
    const told: string[] = [];
    let isAway = true;
    const slow = new Slow();
    const node = new Node(slow, [messageOf(1)], told, {
      tell: async (user) => {
        if (isAway) throw new Error('the relay is away');
        told.push(user);
      },
    });
    node.hears = true;
    node.rooms.said('r', 1);
    await finish(slow, () => 0);
    expect(node.failures).toEqual([new Error('the relay is away')]);
    expect(await slow.shelf.of('lee', 9)).toHaveLength(1);
    isAway = false;
    void node.notices.give('lee');
    await finish(slow, () => 0);
    expect(told).toEqual(['lee']);
  });

  it('that are left to be given when their user goes are kept on', async () => {
    const [slow, told] = [new Slow(), [] as string[]];
    const node: Node = new Node(
      slow,
      [1, 2, 3].map((number) => messageOf(number)),
      told,
      {
        tell: async (_, { messageId }) => {
          told.push(String(messageId));
          node.hears = false; // the train is in the tunnel
        },
      },
    );
    node.rooms.said('r', 1);
    await finish(slow, () => 0);
    node.hears = true;
    void node.notices.give('lee');
    await finish(slow, () => 0);
    expect(told).toEqual(['m1']);
    expect((await slow.shelf.of('lee', 9)).map(({ id }) => id)).toEqual(['m2', 'm3']);
    expect(node.failures).toEqual([]);
  });

  it('are none of the sender’s, nor of who reads the room', async () => {
    const [slow, told] = [new Slow(), [] as string[]];
    const node = new Node(slow, [messageOf(1)], told);
    node.hears = true;
    node.reads = true;
    node.rooms.said('r', 1);
    await finish(slow, () => 0);
    expect([told, node.counted, await slow.shelf.through('r')]).toEqual([[], [], 1]);
  });

  it('wait while the store is away, and are decided when it is back', async () => {
    const [slow, told] = [new Slow(), [] as string[]];
    const node = new Node(slow, [messageOf(1)], told);
    const { commit } = slow.shelf;
    let failures = 0;
    slow.shelf.commit = async (...given) => {
      if (failures++ < 2) throw new Error('away');
      return commit.apply(slow.shelf, given);
    };
    node.hears = true;
    node.rooms.said('r', 1);
    await finish(slow, () => 0);
    expect(told).toEqual(['lee m1']);
    expect(failures).toBe(3);
    expect(node.failures[0]).toEqual(new Error('away'));
  });
});
