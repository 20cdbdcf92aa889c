// What clients are told of who is in a room: batches that fit onto what they know, without a hole, and bounded.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AllNodes } from '../../../src/chat/presence/all-nodes.ts';
import { RoomBoard, type RoomPresence } from '../../../src/chat/presence/room-board.ts';
import { guestKey, type Standing } from '../../../src/chat/presence/standing.ts';

/** What a client makes of what it is told. */
class Reader {
  version: number;
  count: number;
  people: Map<string, Standing> | undefined;
  readonly holes: RoomPresence[] = [];

  constructor(snapshot: RoomPresence) {
    this.version = snapshot.version;
    this.count = snapshot.count;
    this.people = peopleOf(snapshot);
  }

  hear(news: RoomPresence): void {
    if (news.version <= this.version) return;
    if (news.changes !== undefined && news.since !== this.version) this.holes.push(news);
    this.version = news.version;
    this.count = news.count;
    if (news.changes === undefined) this.people = peopleOf(news);
    for (const { user, state } of news.changes ?? [])
      if (state === 'offline') this.people?.delete(user);
      else this.people?.set(user, state);
  }
}

function peopleOf({ people }: RoomPresence): Map<string, Standing> | undefined {
  return people && new Map(people.map(({ user, state }) => [user, state]));
}

let nodes: AllNodes;
let board: RoomBoard;
let told: RoomPresence[];

function begin(named = 5): void {
  told = [];
  nodes = new AllNodes((place, key) => board.changed(place, key));
  board = new RoomBoard({ nodes, named, gather: 100, publish: (news) => told.push(news) });
}

const say = (key: string, standing: Standing, room = 'r', node = 'a'): void =>
  nodes.say(node, [room, key, standing]);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  begin();
});
afterEach(() => {
  board.close();
  vi.useRealTimers();
});

describe('a room', () => {
  it('is told once for all that happened meanwhile: who came, who is away, who went', () => {
    say('kim', 'online');
    say('lee', 'online');
    say('moe', 'online');
    say('moe', 'offline');
    expect(told).toEqual([]);
    vi.advanceTimersByTime(100);
    const online = (user: string) => ({ user, state: 'online' });
    expect(told).toEqual([{ roomId: 'r', version: 1, count: 2, people: [online('kim'), online('lee')] }]);
    say('lee', 'away');
    say('kim', 'offline');
    say('kim', 'online');
    vi.advanceTimersByTime(100);
    expect(told[1]).toEqual({
      ...{ roomId: 'r', version: 2, count: 2, since: 1 },
      changes: [{ user: 'lee', state: 'away' }],
    });
    say('lee', 'online');
    say('lee', 'away');
    vi.advanceTimersByTime(1000);
    expect(told).toHaveLength(2);
  });

  it('counts a user of two nodes once, until the last of them says otherwise', () => {
    say('kim', 'online', 'r', 'a');
    say('kim', 'away', 'r', 'b');
    vi.advanceTimersByTime(100);
    say('kim', 'offline', 'r', 'a');
    vi.advanceTimersByTime(100);
    nodes.forget('b');
    vi.advanceTimersByTime(100);
    expect(told.map(({ count, people, changes }) => [count, (people ?? changes)![0]!.state])).toEqual([
      [1, 'online'],
      [1, 'away'],
      [0, 'offline'],
    ]);
  });

  it('tells guests apart from users of their name', () => {
    say('kim', 'online');
    say(guestKey('kim'), 'online');
    vi.advanceTimersByTime(100);
    expect(told[0]!.people).toEqual([
      { user: 'kim', state: 'online' },
      { user: 'kim', state: 'online', guest: true },
    ]);
  });

  it('names nobody beyond the limit, and everybody again well under it', () => {
    for (let at = 0; at < 6; at++) say(`u${at}`, 'online');
    vi.advanceTimersByTime(100);
    expect(told).toEqual([{ roomId: 'r', version: 1, count: 6 }]);
    expect(board.snapshot('r')).toEqual(told[0]);
    say('u0', 'away');
    say('u1', 'offline');
    vi.advanceTimersByTime(100);
    expect(told[1]).toEqual({ roomId: 'r', version: 2, count: 5 });
    say('u2', 'offline');
    vi.advanceTimersByTime(100);
    expect(told[2]).toMatchObject({
      version: 3,
      count: 4,
      people: [{ user: 'u0', state: 'away' }, {}, {}, {}],
    });
    expect(board.snapshot('r')).toEqual(told[2]);
  });

  it('makes fewer messages the larger it is, and none that grows with it', () => {
    begin(50);
    for (let at = 0; at < 10_000; at++) {
      say(`u${at}`, 'online');
      vi.advanceTimersByTime(1); // 10,000 within 10 seconds
    }
    vi.advanceTimersByTime(2000);
    expect(told.at(-1)).toMatchObject({ count: 10_000 });
    // a second for 10,000 people; five in the first half second; never one for each who comes
    expect(told.length).toBeLessThan(45);
    for (const news of told) expect(JSON.stringify(news).length).toBeLessThan(50 * 40 + 100);
  });
});

describe('a snapshot and what is told after it', () => {
  it('make up what is there, whatever happens between them and whenever it is asked for', () => {
    let state = 1;
    const random = (below: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    const readers: { reader: Reader; room: string }[] = [];
    const hear = (news: RoomPresence): void => {
      for (const { reader, room } of readers) if (room === news.roomId) reader.hear(news);
    };
    board = new RoomBoard({ nodes, named: 5, gather: 100, publish: hear });
    const standings = ['online', 'away', 'offline', 'offline', 'offline', 'offline'] as const;
    const seen = { named: 0, counted: 0 };
    const check = (): void => {
      for (const { reader, room } of readers) {
        expect(reader.holes).toEqual([]);
        expect(reader.count).toBe(nodes.size(room));
        seen[reader.people === undefined ? 'counted' : 'named']++;
        const people = Array.from(nodes.keys(room), (key) => [key, nodes.of(room, key)] as const);
        if (reader.people !== undefined) expect(reader.people).toEqual(new Map(people));
      }
    };
    for (let step = 0; step < 5000; step++) {
      const room = `r${random(3)}`;
      say(`u${random(8)}`, standings[random(6)]!, room, `n${random(3)}`);
      if (random(4) === 0) vi.advanceTimersByTime(random(130));
      if (random(40) === 0) readers.push({ reader: new Reader(board.snapshot(room)), room });
      if (random(200) === 0) nodes.forget(`n${random(3)}`);
      if (step % 100 !== 99) continue;
      vi.advanceTimersByTime(1000);
      check();
    }
    expect(readers.length).toBeGreaterThan(50);
    expect(Math.min(seen.named, seen.counted)).toBeGreaterThan(100);
  });
});
