// Rooms are made, joined and left by those who may, and everybody concerned hears of it.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RoomAccess } from '../../src/chat/access.ts';
import { directId } from '../../src/chat/direct.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import { type RoomChange, Rooms } from '../../src/chat/rooms.ts';

let now: number;
let repository: MemoryRepository;
let access: RoomAccess;
let rooms: Rooms;
let changes: RoomChange[];

function begin(open = false, maxMembers = 10): void {
  now = 1_700_000_000_000;
  changes = [];
  repository = new MemoryRepository();
  access = new RoomAccess({ repository, open, keeps: 5000, now: () => now });
  const changed = (change: RoomChange): void => void changes.push(change);
  rooms = new Rooms({ repository, access, maxMembers, noticeMembers: 2, clock: () => now++, changed });
}

const told = (): string[] =>
  changes.map((one) => [one.what, 'user' in one ? one.user : one.room.id].join(' '));

describe('rooms of members', () => {
  beforeEach(() => begin());

  it('belong to who made them', async () => {
    const room = await rooms.create({ id: 'r', name: ' Our room ', kind: 'private' }, 'kim');
    expect(room).toMatchObject({ id: 'r', name: 'Our room', kind: 'private', createdBy: 'kim' });
    expect(await rooms.describe('r', 'kim')).toMatchObject({ role: 'owner', members: 1 });
    await expect(rooms.create({ id: 'r' }, 'lee')).rejects.toMatchObject({ problem: 'room-exists' });
    expect((await rooms.create({}, 'kim')).id).toMatch(/^[\w-]{36}$/);
  });

  it('are not there for who is no member of a private one', async () => {
    await rooms.create({ id: 'r', kind: 'private' }, 'kim');
    for (const refused of [
      rooms.describe('r', 'lee'),
      rooms.members('r', 'lee', { limit: 5 }),
      rooms.join('r', 'lee'),
      rooms.rename('r', 'mine', 'lee'),
      rooms.delete('r', 'lee'),
      rooms.invite('r', 'lee', 'owner', 'lee'),
      rooms.remove('r', 'kim', 'lee'),
      access.assertWrites('r', 'lee'),
      rooms.describe('none', 'lee'),
    ])
      await expect(refused).rejects.toMatchObject({ problem: 'no-such-room' });
    expect(told()).toEqual(['created r']);
  });

  it('take in whom an owner invites, at once', async () => {
    await rooms.create({ id: 'r', kind: 'private' }, 'kim');
    await expect(access.assertReads('r', 'lee')).rejects.toThrow();
    await rooms.invite('r', 'lee', 'member', 'kim');
    expect((await access.of('r', 'lee')).writes).toBe(true);
    await rooms.invite('r', 'lee', 'reader', 'kim');
    expect(await access.of('r', 'lee')).toMatchObject({ reads: true, writes: false });
    for (const user of ['lee', 'kim']) await rooms.invite('r', user, undefined, 'kim'); // is in already
    expect(await access.of('r', 'lee')).toMatchObject({ reads: true, writes: false });
    expect(await repository.members.roleOf('r', 'kim')).toBe('owner');
    await expect(access.assertWrites('r', 'lee')).rejects.toMatchObject({ problem: 'no-access' });
    await rooms.remove('r', 'lee', 'kim');
    expect((await access.of('r', 'lee')).reads).toBe(false);
    expect(told()).toEqual(['created r', 'joined lee', 'role lee', 'left lee']);
  });

  it('are entered and left by everybody where they are public', async () => {
    await rooms.create({ id: 'r' }, 'kim');
    await rooms.join('r', 'lee');
    await rooms.join('r', 'lee');
    expect(await rooms.describe('r', 'lee')).toMatchObject({
      ...{ role: 'member', members: 2, notifications: 'all' },
    });
    await rooms.leave('r', 'lee');
    await rooms.leave('r', 'lee');
    expect(told()).toEqual(['created r', 'joined lee', 'left lee']);
    await expect(rooms.remove('r', 'park', 'kim')).rejects.toMatchObject({ problem: 'no-such-member' });
  });

  it('keep an owner for as long as others are in', async () => {
    await rooms.create({ id: 'r' }, 'kim');
    await rooms.join('r', 'lee');
    await expect(rooms.leave('r', 'kim')).rejects.toMatchObject({ problem: 'no-access' });
    await expect(rooms.invite('r', 'kim', 'member', 'kim')).rejects.toMatchObject({ problem: 'no-access' });
    await rooms.invite('r', 'lee', 'owner', 'kim');
    await rooms.leave('r', 'kim');
    await rooms.leave('r', 'lee'); // the last one may go
    expect(await repository.members.count('r')).toBe(0);
  });

  it('hold no more than they may', async () => {
    begin(false, 2);
    await rooms.create({ id: 'r' }, 'kim');
    await rooms.join('r', 'lee');
    await expect(rooms.join('r', 'park')).rejects.toMatchObject({ problem: 'room-full' });
  });

  it('are renamed and deleted by their owners', async () => {
    await rooms.create({ id: 'r' }, 'kim');
    await rooms.join('r', 'lee');
    await expect(rooms.rename('r', 'x', 'lee')).rejects.toMatchObject({ problem: 'no-access' });
    expect((await rooms.rename('r', 'x', 'kim')).name).toBe('x');
    await rooms.delete('r', 'kim');
    expect((await access.of('r', 'lee')).reads).toBe(false);
    expect(told().slice(-2)).toEqual(['renamed r', 'deleted r']);
  });

  it('refuse names that are none, or look like something else', async () => {
    await rooms.create({ id: 'r' }, 'kim');
    for (const id of ['', 'a b', 'a/b', '../x', 'x'.repeat(65), '<b>'])
      await expect(rooms.create({ id }, 'kim')).rejects.toMatchObject({ problem: 'bad-request' });
    const turned = ['a\u202eb', '\u2066a', '\u2028', 'a\u2029b', '\ud800', '\u200b\u200d', '\ufeff'];
    for (const name of ['', ' ', 'x'.repeat(101), 'a\u0000b', 'a\nb', ...turned]) {
      await expect(rooms.create({ name }, 'kim')).rejects.toMatchObject({ problem: 'bad-request' });
      await expect(rooms.rename('r', name, 'kim')).rejects.toMatchObject({ problem: 'bad-request' });
    }
    for (const user of ['', ' ', 'x'.repeat(129), 'a\u202eb', 'lee\u200b', ' lee', 'a\nb'])
      await expect(rooms.invite('r', user, 'member', 'kim')).rejects.toMatchObject({
        problem: 'bad-request',
      });
    for (const name of ['👨‍👩‍👧 family', 'می‌خواهم', '<b>&amp;</b>', '한글 방', 'x'.repeat(100)])
      expect((await rooms.create({ name }, 'kim')).name).toBe(name);
  });
});

describe('a room of two', () => {
  beforeEach(() => begin());

  it('is there once for a pair, whoever asks, also at the same time', async () => {
    const asked = await Promise.all([rooms.direct('kim', 'lee'), rooms.direct('lee', 'kim')]);
    const again = await rooms.direct('kim', 'lee');
    expect(new Set([...asked, again].map(({ id }) => id)).size).toBe(1);
    expect(changes.filter(({ what }) => what === 'created')).toHaveLength(1);
    expect((await rooms.mine('lee', { limit: 5 })).items).toMatchObject([{ id: again.id, role: 'member' }]);
    await expect(rooms.describe(again.id, 'park')).rejects.toMatchObject({ problem: 'no-such-room' });
  });

  it('is never that of another pair, nor of one alone, and is left by nobody', async () => {
    const one = await rooms.direct('a', 'b,c');
    const two = await rooms.direct('a,b', 'c');
    expect(one.id).not.toBe(two.id);
    await expect(rooms.direct('kim', 'kim')).rejects.toMatchObject({ problem: 'bad-request' });
    await expect(rooms.leave(one.id, 'a')).rejects.toMatchObject({ problem: 'no-access' });
  });
});

describe('the room of a pair', () => {
  it.each([false, true])('is made by nobody before the pair does, where rooms are open: %s', async (open) => {
    begin(open);
    const id = directId(['kim', 'lee']);
    await expect(rooms.create({ id, kind: 'private' }, 'eve')).rejects.toMatchObject({
      problem: 'bad-request',
    });
    await expect(access.assertWrites(id, 'eve')).rejects.toMatchObject({ problem: 'no-such-room' });
    await expect(rooms.join(id, 'eve')).rejects.toMatchObject({ problem: 'no-such-room' });
    expect(await rooms.direct('kim', 'lee')).toMatchObject({ id, kind: 'direct' });
    for (const one of ['kim', 'lee']) expect((await access.of(id, one)).writes).toBe(true);
    expect((await access.of(id, 'eve')).reads).toBe(false);
  });
});

describe('open rooms', () => {
  beforeEach(() => begin(true));

  it('are there from their first use, for everybody', async () => {
    expect(await access.of('r', 'kim')).toMatchObject({ room: undefined, reads: true, writes: true });
    await expect(rooms.describe('r', 'kim')).rejects.toMatchObject({ problem: 'no-such-room' });
    await rooms.used('r');
    expect(await rooms.describe('r', 'kim')).toMatchObject({ name: 'r', kind: 'public', members: 0 });
    await rooms.join('r', 'kim');
    expect((await rooms.public({ limit: 5 })).items.map(({ id }) => id)).toEqual(['r']);
  });

  it('have private ones among them all the same', async () => {
    await rooms.create({ id: 'r', kind: 'private' }, 'kim');
    expect((await access.of('r', 'lee')).reads).toBe(false);
  });
});

describe('what is known of access', () => {
  beforeEach(() => begin());

  it('is asked for once, and again after its time', async () => {
    const find = vi.spyOn(repository.rooms, 'find');
    await rooms.create({ id: 'r' }, 'kim');
    await Promise.all([access.of('r', 'lee'), access.of('r', 'lee')]);
    expect(find).toHaveBeenCalledTimes(1);
    now += 5001;
    await access.of('r', 'lee');
    expect(find).toHaveBeenCalledTimes(2);
  });

  it('is not kept when it could not be found out', async () => {
    const { roleOf } = repository.members;
    Object.assign(repository.members, { roleOf: () => Promise.reject(new Error('away')) });
    await expect(access.of('r', 'kim')).rejects.toThrow('away');
    Object.assign(repository.members, { roleOf });
    expect(await access.of('r', 'kim')).toMatchObject({ reads: false });
  });

  it('answers at once who writes, while that is known', async () => {
    await rooms.create({ id: 'r', kind: 'private' }, 'kim');
    expect(access.isKnownToWrite('r', 'kim')).toBe(false);
    await access.of('r', 'kim');
    expect(access.isKnownToWrite('r', 'kim')).toBe(true);
    await rooms.invite('r', 'lee', 'reader', 'kim');
    await access.of('r', 'lee');
    expect(access.isKnownToWrite('r', 'lee')).toBe(false);
    now += 5001;
    expect(access.isKnownToWrite('r', 'kim')).toBe(false);
  });

  it('answers at once of an open room when it was used', async () => {
    begin(true);
    await access.of('r', 'kim');
    expect(access.isKnownToWrite('r', 'kim')).toBe(false); // it is still to be made
    await rooms.used('r');
    await access.of('r', 'kim');
    expect(access.isKnownToWrite('r', 'kim')).toBe(true);
    access.forget('r');
    expect(access.isKnownToWrite('r', 'kim')).toBe(false);
  });
});
