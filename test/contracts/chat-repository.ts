// The contract of the chat's repository port: one suite for every place where rooms are kept.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../src/chat/change.ts';
import type { ChatRepository, Listed } from '../../src/chat/repository.ts';
import type { Membership, Notice, Role, Room } from '../../src/chat/room.ts';

export interface RepositoryKind {
  readonly name: string;
  /** An empty one that is open. */
  open(): Promise<{
    readonly repository: ChatRepository;
    /** What another process would see now; none: nothing outlives this one. */
    readonly again?: () => Promise<ChatRepository>;
    close(): Promise<void>;
  }>;
}

const roomOf = (id: string, parts: Partial<Room> = {}): Room => ({
  id,
  name: id,
  kind: 'public',
  createdAt: 1_700_000_000_000,
  createdBy: 'kim',
  ...parts,
});

const memberOf = (roomId: string, user: string, role: Role = 'member'): Membership => ({
  roomId,
  user,
  role,
  joinedAt: 1_700_000_000_001,
});

const noticeOf = (id: string, roomId: string, number: number): Notice => ({
  id,
  roomId,
  number,
  at: 1_700_000_000_002,
  payload: { text: `안녕 ${id}`, nested: { a: [1, null, true] } },
});

/** All the parts of a list, a few at a time. */
async function whole<Item>(
  list: (asked: { limit: number; after: string | undefined }) => Promise<Listed<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let after: string | undefined, parts = 0; parts < 100; parts++) {
    const part = await list({ limit: 2, after });
    items.push(...part.items);
    if (part.next === undefined) return items;
    after = part.next;
  }
  throw new Error('the list has no end');
}

export function chatRepositoryContract(kind: RepositoryKind): void {
  describe(`the chat's repository: ${kind.name}`, () => {
    let opened: Awaited<ReturnType<RepositoryKind['open']>>;
    let repository: ChatRepository;

    beforeEach(async () => {
      opened = await kind.open();
      repository = opened.repository;
    });
    afterEach(() => opened.close());

    describe('rooms', () => {
      it('keeps a room as it was made, with its members', async () => {
        const room = roomOf('모임_1', { name: '모임 <b>', kind: 'private' });
        expect(await repository.rooms.create(room, [memberOf(room.id, 'kim', 'owner')])).toEqual(room);
        expect(await repository.rooms.find(room.id)).toEqual(room);
        expect(await repository.members.roleOf(room.id, 'kim')).toBe('owner');
        const unowned = roomOf('r', { createdBy: undefined });
        expect(await repository.rooms.create(unowned, [])).toEqual(unowned);
        expect(await repository.rooms.find('r')).toEqual(unowned);
        expect(await repository.rooms.find('R')).toBeUndefined();
      });

      it('makes an id once, whoever asks at the same time', async () => {
        const makers = Array.from({ length: 8 }, (_, i) => `u${i}`);
        const made = await Promise.all(
          makers.map((user) =>
            repository.rooms.create(roomOf('r', { createdBy: user }), [memberOf('r', user, 'owner')]),
          ),
        );
        const winners = new Set(made.map((room) => room?.createdBy));
        expect(winners.size).toBe(1);
        const members = await whole((asked) => repository.members.of('r', asked));
        expect(members.map(({ user }) => user)).toEqual([...winners]);
      });

      it('lists the public ones part by part, in the order of their ids', async () => {
        for (const id of ['b', 'a', '𝒜', 'Ａ', 'c', 'Z']) await repository.rooms.create(roomOf(id), []);
        await repository.rooms.create(roomOf('p', { kind: 'private' }), []);
        await repository.rooms.create(roomOf('q', { kind: 'direct' }), []);
        const rooms = await whole((asked) => repository.rooms.listPublic(asked));
        expect(rooms.map(({ id }) => id)).toEqual(['Z', 'a', 'b', 'c', 'Ａ', '𝒜']);
      });

      it('renames what is there', async () => {
        await repository.rooms.create(roomOf('r'), []);
        expect(await repository.rooms.rename('r', 'new')).toEqual(roomOf('r', { name: 'new' }));
        expect(await repository.rooms.rename('none', 'new')).toBeUndefined();
        expect((await repository.rooms.find('r'))?.name).toBe('new');
      });

      it('deletes a room with all that belongs to it', async () => {
        await repository.rooms.create(roomOf('r'), [memberOf('r', 'kim')]);
        await repository.reading.advance({ roomId: 'r', user: 'kim', number: 5, at: 1 });
        await repository.notices.keep('kim', noticeOf('n', 'r', 6), 10);
        await repository.notices.keep('kim', noticeOf('o', 'other', 6), 10);
        expect(await repository.rooms.delete('r')).toBe(true);
        expect(await repository.rooms.delete('r')).toBe(false);
        expect(await repository.rooms.find('r')).toBeUndefined();
        expect(await repository.members.roleOf('r', 'kim')).toBeUndefined();
        expect(await repository.reading.of('kim', ['r'])).toEqual([]);
        expect((await repository.notices.of('kim', 9)).map(({ id }) => id)).toEqual(['o']);
        expect((await repository.members.roomsOf('kim', { limit: 9 })).items).toEqual([]);
      });
    });

    describe('members', () => {
      beforeEach(() => repository.rooms.create(roomOf('r'), [memberOf('r', 'kim', 'owner')]));

      it('puts people in, changes their roles, and takes them out', async () => {
        expect(await repository.members.put(memberOf('r', 'lee'), 10)).toBe('done');
        const changed = { ...memberOf('r', 'lee', 'reader'), joinedAt: 9 };
        expect(await repository.members.put(changed, 10)).toBe('done');
        const members = await whole((asked) => repository.members.of('r', asked));
        expect(members).toEqual([memberOf('r', 'kim', 'owner'), memberOf('r', 'lee', 'reader')]);
        expect(await repository.members.remove('r', 'lee')).toBe('reader');
        expect(await repository.members.remove('r', 'lee')).toBeUndefined();
        expect(await repository.members.count('r')).toBe(1);
      });

      it('is full at the cap, also when many come at once, and still changes roles', async () => {
        const users = Array.from({ length: 9 }, (_, i) => `u${i}`);
        const put = await Promise.all(users.map((user) => repository.members.put(memberOf('r', user), 4)));
        expect(put.filter((one) => one === 'done')).toHaveLength(3);
        expect(put.filter((one) => one === 'full')).toHaveLength(6);
        expect(await repository.members.count('r')).toBe(4);
        expect(await repository.members.put(memberOf('r', 'kim', 'member'), 4)).toBe('done');
        expect(await repository.members.put(memberOf('none', 'kim'), 4)).toBe('gone');
      });

      it('has room again for others when somebody has left', async () => {
        for (const user of ['lee', 'park']) await repository.members.put(memberOf('r', user), 3);
        expect(await repository.members.put(memberOf('r', 'choi'), 3)).toBe('full');
        await repository.members.remove('r', 'lee');
        expect(await repository.members.put(memberOf('r', 'choi'), 3)).toBe('done');
        expect(await repository.members.put(memberOf('r', 'lee'), 3)).toBe('full');
        expect(await repository.members.count('r')).toBe(3);
      });

      it('of a room that is deleted under load are in no room, and the room is never made again', async () => {
        const users = Array.from({ length: 12 }, (_, i) => `u${i}`);
        const coming = users.map((user) => repository.members.put(memberOf('r', user), 50));
        const [deleted, ...again] = await Promise.all([
          repository.rooms.delete('r'),
          ...users.map((user) =>
            repository.rooms.create(roomOf('r', { createdBy: user }), [memberOf('r', user)]),
          ),
        ]);
        await Promise.all(coming);
        expect(deleted).toBe(true);
        // whoever came before saw the one that was there
        for (const room of again) expect(room === undefined || room.createdBy === 'kim').toBe(true);
        expect(await repository.rooms.create(roomOf('r'), [memberOf('r', 'kim', 'owner')])).toBeUndefined();
        expect(await repository.rooms.find('r')).toBeUndefined();
        expect(await repository.rooms.wasDeleted('r')).toBe(true);
        expect(await repository.rooms.wasDeleted('other')).toBe(false);
        expect(await repository.members.count('r')).toBe(0);
        for (const user of users) expect(await repository.members.roleOf('r', user)).toBeUndefined();
        expect((await repository.members.roomsOf('u1', { limit: 9 })).items).toEqual([]);
      });

      it('begin anew in a room whose id was released', async () => {
        for (const id of ['a', 'r', 's']) {
          await repository.rooms.create(roomOf(id), [memberOf(id, 'kim', 'owner')]);
          await repository.changes.gather(id, [], 7);
          await repository.rooms.delete(id);
        }
        expect(await whole((asked) => repository.rooms.deleted({ ...asked, limit: 2 }))).toEqual([
          'a',
          'r',
          's',
        ]);
        await repository.rooms.release('r');
        await repository.rooms.release('none');
        expect(await whole((asked) => repository.rooms.deleted(asked))).toEqual(['a', 's']);
        expect(await repository.rooms.wasDeleted('r')).toBe(false);
        const room = roomOf('r', { createdBy: 'lee' });
        expect(await repository.rooms.create(room, [memberOf('r', 'lee', 'owner')])).toEqual(room);
        expect(await repository.members.roleOf('r', 'kim')).toBeUndefined();
        expect(await repository.changes.through('r')).toBe(0);
        expect(await repository.rooms.create(roomOf('s'), [])).toBeUndefined();
      });

      it('lists the rooms of a user with the role in each', async () => {
        await repository.rooms.create(roomOf('a', { kind: 'private' }), [memberOf('a', 'kim', 'reader')]);
        await repository.rooms.create(roomOf('b'), [memberOf('b', 'lee')]);
        await repository.rooms.create(roomOf('c', { kind: 'direct' }), [memberOf('c', 'kim')]);
        const rooms = await whole((asked) => repository.members.roomsOf('kim', asked));
        expect(rooms.map(({ id, role }) => `${id} ${role}`)).toEqual(['a reader', 'c member', 'r owner']);
        expect(rooms[0]).toEqual({ ...roomOf('a', { kind: 'private' }), role: 'reader' });
      });
    });

    describe('read marks', () => {
      beforeEach(() => repository.rooms.create(roomOf('r'), [memberOf('r', 'kim')]));

      it('move forward only, in whatever order they come', async () => {
        const markOf = (number: number) => ({ roomId: 'r', user: 'kim', number, at: number });
        const numbers = [1_790_000_000_000_005, 3, 1_790_000_000_000_009, 7];
        await Promise.all(numbers.map((number) => repository.reading.advance(markOf(number))));
        expect(await repository.reading.of('kim', ['r', 'none'])).toEqual([markOf(1_790_000_000_000_009)]);
        expect(await repository.reading.advance(markOf(4))).toEqual({
          mark: markOf(1_790_000_000_000_009),
          moved: false,
        });
        expect((await repository.reading.advance(markOf(1_790_000_000_000_010))).moved).toBe(true);
      });

      it('are listed for a room, and go with who leaves it', async () => {
        for (const user of ['lee', 'kim', 'park'])
          await repository.reading.advance({ roomId: 'r', user, number: 1, at: 2 });
        const marks = await whole((asked) => repository.reading.in('r', asked));
        expect(marks.map(({ user }) => user)).toEqual(['kim', 'lee', 'park']);
        await repository.members.remove('r', 'kim');
        expect(await repository.reading.of('kim', ['r'])).toEqual([]);
      });

      it('are kept of no room that is not there', async () => {
        const { moved } = await repository.reading.advance({ roomId: 'none', user: 'kim', number: 1, at: 1 });
        expect(moved).toBe(false);
        expect(await repository.reading.of('kim', ['none'])).toEqual([]);
      });
    });

    describe('changes of messages', () => {
      const base = 1_790_000_000_000_000;
      const edit = (of: number, number: number, content: string): Change => ({
        of: base + of,
        number: base + number,
        by: 'kim',
        at: number,
        kind: 'EDIT',
        content,
      });
      const react = (of: number, number: number, by: string, emoji: string, on = true): Change => ({
        ...{ of: base + of, number: base + number, by, at: number, kind: 'REACTION', emoji, on },
      });
      beforeEach(() => repository.rooms.create(roomOf('r'), []));

      it('are put together by message, whatever order they come in, and however often', async () => {
        const remove: Change = { of: base + 2, number: base + 9, by: 'kim', at: 9, kind: 'DELETE' };
        const all = [
          edit(1, 5, 'second'),
          edit(1, 3, 'first <b>'),
          react(1, 6, 'kim', '👍'),
          react(1, 7, 'lee', '👍'),
          react(1, 8, 'lee', '❤️'),
          react(1, 10, 'lee', '❤️', false),
          remove,
          react(3, 11, 'kim', '🎉'),
        ];
        await repository.changes.gather('r', all.slice(3), base + 11);
        await repository.changes.gather('r', [...all].reverse(), base + 4);
        expect(await repository.changes.through('r')).toBe(base + 11);
        const of = async (numbers: number[], user?: string) =>
          [
            ...(await repository.changes.of(
              'r',
              numbers.map((n) => base + n),
              user,
            )),
          ].sort((a, b) => a.of - b.of);
        expect(await of([1, 2, 4], 'kim')).toEqual([
          {
            of: base + 1,
            edits: [base + 3, base + 5],
            content: 'second',
            editedAt: 5,
            deleted: false,
            isEdit: false,
            reactions: [{ emoji: '👍', count: 2, users: ['kim', 'lee'], mine: true }],
          },
          {
            ...{ of: base + 2, edits: [], content: undefined, editedAt: undefined },
            ...{ deleted: true, isEdit: false, reactions: [] },
          },
        ]);
        expect((await of([3], 'lee'))[0]!.reactions).toEqual([
          { emoji: '🎉', count: 1, users: ['kim'], mine: false },
        ]);
        expect(await of([])).toEqual([]);
        expect((await of([3, 5])).map(({ of: n, isEdit }) => [n - base, isEdit])).toEqual([
          [3, true],
          [5, true],
        ]);
      });

      it('of a message that is deleted have no words, whichever came first', async () => {
        const deletion = (of: number, number: number): Change => ({
          ...{ of: base + of, number: base + number, by: 'kim', at: number, kind: 'DELETE' as const },
        });
        await repository.changes.gather(
          'r',
          [edit(1, 3, 'one'), edit(2, 4, 'two'), edit(9, 10, 'kept')],
          base + 4,
        );
        await repository.changes.gather('r', [deletion(1, 5)], base + 5);
        await repository.changes.gather('r', [deletion(2, 6), edit(2, 7, 'late')], base + 7);
        await repository.changes.gather('r', [edit(1, 8, 'later')], base + 8);
        const found = await repository.changes.of('r', [base + 1, base + 2, base + 9]);
        const words = [...found]
          .sort((a, b) => a.of - b.of)
          .map(({ content, edits }) => [content, edits.length]);
        expect(words).toEqual([
          [undefined, 2],
          [undefined, 2],
          ['kept', 1],
        ]);
      });

      it('of one room are not another’s, and go with it', async () => {
        await repository.rooms.create(roomOf('s'), []);
        await repository.changes.gather('r', [edit(1, 2, 'r')], base + 2);
        expect(await repository.changes.of('s', [base + 1])).toEqual([]);
        expect(await repository.changes.through('s')).toBe(0);
        await repository.changes.gather('none', [edit(1, 2, 'none')], base + 2);
        expect(await repository.changes.of('none', [base + 1])).toEqual([]);
        await repository.rooms.delete('r');
        expect(await repository.changes.of('r', [base + 1])).toEqual([]);
        expect(await repository.changes.through('r')).toBe(0);
      });
    });

    it('outlives its process, where it is durable', async () => {
      if (opened.again === undefined) return expect(kind.name).toBe('memory');
      await repository.rooms.create(roomOf('r'), [memberOf('r', 'kim', 'owner')]);
      await repository.reading.advance({ roomId: 'r', user: 'kim', number: 5, at: 6 });
      await repository.notices.keep('kim', noticeOf('n', 'r', 6), 10);
      const later = await opened.again();
      expect(await later.rooms.find('r')).toEqual(roomOf('r'));
      expect(await later.members.roleOf('r', 'kim')).toBe('owner');
      expect(await later.reading.of('kim', ['r'])).toEqual([{ roomId: 'r', user: 'kim', number: 5, at: 6 }]);
      expect(await later.notices.of('kim', 9)).toEqual([noticeOf('n', 'r', 6)]);
      await later.close();
    });
  });
}
