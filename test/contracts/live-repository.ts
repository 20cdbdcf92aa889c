// The contract of the port of what a chat shares for a while: one suite for every place where that is kept.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeptNotice, LiveRepository, NoticeStep } from '../../src/chat/live-repository.ts';
import type { Notice } from '../../src/chat/room.ts';

export interface LiveKind {
  readonly name: string;
  /** An empty one that is open. */
  open(): Promise<{
    readonly repository: LiveRepository;
    /** What another process would see now; none: nothing outlives this one. */
    readonly again?: () => Promise<LiveRepository>;
    close(): Promise<void>;
  }>;
}

/** As large as the numbers of messages are. */
const base = 1_790_000_000_000_000;

const noticeOf = (id: string, roomId = 'r', number = base): Notice => ({
  ...{ id, roomId, number, at: 1_700_000_000_002 },
  payload: { text: `안녕 ${id}`, nested: { a: [1, null, true], none: [], 'a.$b': {} } },
});

const keptOf = (user: string, id: string, postAt?: number): KeptNotice => ({
  ...{ user, notice: noticeOf(id) },
  ...(postAt !== undefined && { postAt }),
});

const stepOf = (after: number, kept: readonly KeptNotice[], parts: Partial<NoticeStep> = {}): NoticeStep => ({
  ...{ roomId: 'r', after: base + after, through: base + after + 1, kept, dropped: [] },
  ...parts,
});

export function liveRepositoryContract(kind: LiveKind): void {
  describe(`what a chat shares for a while: ${kind.name}`, () => {
    let opened: Awaited<ReturnType<LiveKind['open']>>;
    let repository: LiveRepository;

    beforeEach(async () => {
      opened = await kind.open();
      repository = opened.repository;
    });
    afterEach(() => opened.close());

    const idsOf = async (user: string): Promise<string[]> =>
      (await repository.notices.of(user, 50)).map(({ id }) => id);

    describe('how far a room is decided', () => {
      it('begins once, and is asked for', async () => {
        const { notices } = repository;
        expect(await notices.through('r')).toBeUndefined();
        const begun = await Promise.all([3, 4, 5].map((n) => notices.begin('r', base + n)));
        expect(new Set(begun).size).toBe(1);
        expect(await notices.through('r')).toBe(begun[0]);
        expect(await notices.begin('r', 0)).toBe(begun[0]);
        expect(await notices.begin('zero', 0)).toBe(0);
        expect(await notices.through('zero')).toBe(0);
      });

      it('is listed for all rooms, part by part', async () => {
        const ids = Array.from({ length: 25 }, (_, i) => `방-${i}`);
        for (const [i, id] of ids.entries()) await repository.notices.begin(id, base + i);
        const found = new Map<string, number>();
        for (let after: string | undefined, parts = 0; parts < 100; parts++) {
          const { items, next } = await repository.notices.rooms({ limit: 4, after });
          for (const { roomId, through } of items) found.set(roomId, through);
          if (next === undefined) break;
          after = next;
        }
        expect([...found].sort()).toEqual(ids.map((id, i) => [id, base + i]).sort());
      });

      it('goes on with what is kept of the step, whole or not at all', async () => {
        const { notices } = repository;
        await notices.begin('r', base);
        const first = stepOf(0, [keptOf('kim', 'a'), keptOf('lee', 'a')]);
        expect(await notices.commit([first], 10)).toEqual([true]);
        expect(await notices.through('r')).toBe(base + 1);
        const late = stepOf(0, [keptOf('kim', 'late')], { dropped: ['a'] });
        const elsewhere = stepOf(0, [keptOf('kim', 'never')], { roomId: 'none' });
        const next = stepOf(1, [keptOf('kim', 'b'), keptOf('kim', 'a')]);
        expect(await notices.commit([late, elsewhere, next], 10)).toEqual([false, false, true]);
        expect(await idsOf('kim')).toEqual(['a', 'b']);
        expect(await idsOf('lee')).toEqual(['a']);
        expect(await notices.through('none')).toBeUndefined();
        expect(await notices.of('lee', 5)).toEqual([noticeOf('a')]);
        expect(await notices.commit([], 10)).toEqual([]);
      });

      it('is moved by one of several who decide at the same time', async () => {
        await repository.notices.begin('r', base);
        const steps = Array.from({ length: 8 }, (_, i) => stepOf(0, [keptOf('kim', `n${i}`)]));
        const taken = await Promise.all(steps.map((step) => repository.notices.commit([step], 10)));
        expect(taken.flat().filter(Boolean)).toHaveLength(1);
        expect(await idsOf('kim')).toEqual([`n${taken.findIndex(([one]) => one)}`]);
      });

      it('ends with its room, and all that waits of it', async () => {
        const { notices } = repository;
        await notices.begin('r', base);
        await notices.begin('s', base);
        const ofS = { user: 'kim', notice: noticeOf('other', 's') };
        const steps = [
          stepOf(0, [keptOf('kim', 'a', 1), keptOf('lee', 'a')]),
          stepOf(0, [ofS], { roomId: 's' }),
        ];
        expect(await notices.commit(steps, 10)).toEqual([true, true]);
        await notices.end('r');
        expect([await idsOf('kim'), await idsOf('lee')]).toEqual([['other'], []]);
        expect(await notices.commit([stepOf(1, [keptOf('kim', 'b')])], 10)).toEqual([false]);
        expect(await notices.toPost()).toBe(0);
      });
    });

    describe('notices', () => {
      beforeEach(() => repository.notices.begin('r', base));

      it('are told in their order, each kept once', async () => {
        const kept = ['a', 'b', 'a', 'c'].map((id) => keptOf('kim', id));
        await repository.notices.commit([stepOf(0, kept)], 10);
        expect(await repository.notices.of('kim', 2)).toEqual([noticeOf('a'), noticeOf('b')]);
        expect(await repository.notices.drop('kim', ['a', 'none'])).toEqual(['a']);
        expect(await repository.notices.drop('kim', ['a'])).toEqual([]);
        expect(await repository.notices.drop('kim', [])).toEqual([]);
        expect(await idsOf('kim')).toEqual(['b', 'c']);
        expect(await idsOf('ki')).toEqual([]);
        await repository.notices.keep('kim', noticeOf('a'), 10);
        await repository.notices.keep('kim', noticeOf('b'), 10);
        expect(await idsOf('kim')).toEqual(['b', 'c', 'a']);
      });

      it('are dropped by one of those who do it at the same time', async () => {
        const ids = Array.from({ length: 20 }, (_, i) => `n${i}`);
        await repository.notices.commit(
          [
            stepOf(
              0,
              ids.map((id) => keptOf('kim', id)),
            ),
          ],
          100,
        );
        const dropped = await Promise.all([0, 1, 2, 3].map(() => repository.notices.drop('kim', ids)));
        expect(dropped.flat().sort()).toEqual([...ids].sort());
        expect(await idsOf('kim')).toEqual([]);
      });

      it('beyond the cap the oldest go', async () => {
        const kept = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5'].map((id) => keptOf('kim', id, 1));
        await repository.notices.commit([stepOf(0, [...kept, keptOf('lee', 'n0')])], 4);
        expect([await idsOf('kim'), await idsOf('lee')]).toEqual([['n2', 'n3', 'n4', 'n5'], ['n0']]);
        await repository.notices.keep('kim', noticeOf('n6'), 4);
        expect(await idsOf('kim')).toEqual(['n3', 'n4', 'n5', 'n6']);
        expect(await repository.notices.toPost()).toBe(3);
      });

      it('are forgotten when their messages were read, or deleted', async () => {
        const kept = [1, 2, 3, 4].map((n) => ({ user: 'kim', notice: noticeOf(`n${n}`, 'r', base + n) }));
        const lees = { user: 'lee', notice: noticeOf('n4', 'r', base + 4) };
        await repository.notices.begin('other', base);
        const other = { user: 'kim', notice: noticeOf('o', 'other', base + 1) };
        // one after the other: steps of two rooms at once have no order between them
        await repository.notices.commit([stepOf(0, [...kept, lees])], 10);
        await repository.notices.commit([stepOf(0, [other], { roomId: 'other' })], 10);
        await repository.notices.read('kim', 'r', base + 2);
        expect(await idsOf('kim')).toEqual(['n3', 'n4', 'o']);
        await repository.notices.commit([stepOf(1, [], { dropped: ['n4', 'none'] })], 10);
        expect([await idsOf('kim'), await idsOf('lee')]).toEqual([['n3', 'o'], []]);
      });
    });

    describe('notices to be posted', () => {
      beforeEach(async () => {
        await repository.notices.begin('r', base);
        const kept = [keptOf('kim', 'late', 300), keptOf('kim', 'soon', 100), keptOf('lee', 'soon', 200)];
        await repository.notices.commit([stepOf(0, [...kept, keptOf('moe', 'soon')])], 10);
      });

      it('come when it is time, in its order, and again unless somebody says otherwise', async () => {
        const { notices } = repository;
        expect(await notices.toPost()).toBe(3);
        expect(await notices.due(99, 1000, 9)).toEqual([]);
        expect(await notices.due(200, 1000, 9)).toEqual([
          { user: 'kim', notice: noticeOf('soon'), tries: 0 },
          { user: 'lee', notice: noticeOf('soon'), tries: 0 },
        ]);
        expect(await notices.due(999, 2000, 9)).toMatchObject([{ user: 'kim', notice: { id: 'late' } }]);
        await notices.posted('kim', 'soon');
        await notices.posted('lee', 'soon', 1500);
        await notices.posted('lee', 'none', 1500);
        expect(await notices.due(1499, 3000, 9)).toEqual([]);
        expect(await notices.due(1500, 3000, 9)).toMatchObject([{ user: 'lee', tries: 1 }]);
        expect(await notices.due(3000, 4000, 1)).toMatchObject([
          { user: 'kim', notice: { id: 'late' }, tries: 1 },
        ]);
        expect(await notices.toPost()).toBe(2);
        expect(await idsOf('kim')).toEqual(['late', 'soon']); // kept, whatever was posted
      });

      it('are one’s alone, of several who ask', async () => {
        const taken = await Promise.all([1, 2, 3, 4].map(() => repository.notices.due(500, 1000, 2)));
        const ids = taken.flat().map(({ user, notice: { id } }) => `${user} ${id}`);
        expect(ids.sort()).toEqual(['kim late', 'kim soon', 'lee soon']);
      });

      it('are none when they were given, or read', async () => {
        await repository.notices.drop('kim', ['soon']);
        await repository.notices.read('lee', 'r', base);
        expect(await repository.notices.due(500, 1000, 9)).toMatchObject([{ notice: { id: 'late' } }]);
        await repository.notices.drop('kim', ['late']);
        await repository.notices.posted('kim', 'late', 1);
        expect(await repository.notices.due(5000, 9000, 9)).toEqual([]);
        expect(await repository.notices.toPost()).toBe(0);
      });
    });

    it('knows when people were last there, and forgets it in the end', async () => {
      const { seen } = repository;
      const guest = '\0김';
      await seen.saw([
        ['kim', 100],
        [guest, 200],
        ['lee', 50],
      ]);
      await Promise.all([seen.saw([['kim', 90]]), seen.saw([['kim', 300]]), seen.saw([['kim', 200]])]);
      const of = async (...keys: string[]) => [...(await seen.of(keys))].sort();
      expect(await of('kim', guest, 'none', '김')).toEqual([
        [guest, 200],
        ['kim', 300],
      ]);
      expect(await of()).toEqual([]);
      await seen.forget(60, 10);
      expect(await of('kim', guest, 'lee')).toEqual([
        [guest, 200],
        ['kim', 300],
      ]);
      await seen.saw([['moe', 400]]);
      await seen.forget(60, 2);
      expect(await of('kim', guest, 'moe')).toEqual([
        ['kim', 300],
        ['moe', 400],
      ]);
      await seen.saw([]);
    });

    it('outlives its process, where it is durable', async () => {
      if (opened.again === undefined) return expect(kind.name).toBe('memory');
      await repository.notices.begin('r', base);
      await repository.notices.commit([stepOf(0, [keptOf('kim', 'a', 7)])], 10);
      await repository.seen.saw([['kim', 5]]);
      const later = await opened.again();
      expect(await later.notices.through('r')).toBe(base + 1);
      expect(await later.notices.of('kim', 9)).toEqual([noticeOf('a')]);
      expect(await later.notices.due(7, 9, 9)).toHaveLength(1);
      expect(await later.seen.of(['kim'])).toEqual([['kim', 5]]);
      await later.close();
    });
  });
}
