// Nodes tell each other who is where: what is lost on the way is asked for, and who says nothing more is forgotten.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AllNodes, type Saying } from '../../../src/chat/presence/all-nodes.ts';
import { NodeTalk } from '../../../src/chat/presence/node-talk.ts';
import { OwnSessions } from '../../../src/chat/presence/own-sessions.ts';

type About = Readonly<Record<string, unknown>>;

/** A node, and what the others lose of what it says. */
class Node {
  readonly all = new AllNodes(() => {});
  readonly own: OwnSessions;
  readonly talk: NodeTalk;
  said = 0;
  deaf = false;
  loses: (about: About) => boolean = () => false;

  constructor(net: Node[], now: () => number) {
    const own = (): Iterable<Saying> => this.own.entries();
    const announce = (about: About): void => {
      this.said++;
      if (this.loses(about)) return;
      const copy = JSON.parse(JSON.stringify(about)) as About;
      for (const node of net) if (!node.deaf) node.talk.take(copy);
    };
    this.talk = new NodeTalk({ nodes: this.all, own, announce, beat: 1000, dies: 5000, gather: 20, now });
    this.own = new OwnSessions((...saying) => {
      this.all.say(this.talk.name, saying);
      this.talk.changed(saying);
    }, now);
    net.push(this);
  }

  enter(user: string, room = 'r'): void {
    this.own.came(`s-${user}`, user);
    this.own.entered(`s-${user}`, '1', room);
  }

  people(room = 'r'): string[] {
    return [...this.all.keys(room)].sort();
  }
}

let net: Node[];
const node = (): Node => {
  const made = new Node(net, () => performance.now());
  made.talk.start();
  return made;
};

beforeEach(() => {
  vi.useFakeTimers();
  net = [];
});
afterEach(() => {
  for (const { talk } of net) talk.stop();
  vi.useRealTimers();
});

describe('nodes', () => {
  it('know of each other who is where, and of who was there before they came', () => {
    const a = node();
    a.enter('ann');
    vi.advanceTimersByTime(100);
    const b = node();
    b.enter('bob');
    vi.advanceTimersByTime(100);
    expect([a.people(), b.people()]).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
    ]);
    expect(b.people('')).toEqual(['ann', 'bob']);
    a.own.went('s-ann');
    vi.advanceTimersByTime(100);
    expect(b.people()).toEqual(['bob']);
  });

  it('say a burst in few words', () => {
    const [a, b] = [node(), node()];
    vi.advanceTimersByTime(500);
    const before = a.said;
    for (let at = 0; at < 2000; at++) a.enter(`u${at}`);
    vi.advanceTimersByTime(100);
    expect(b.people()).toHaveLength(2000);
    expect(a.said - before).toBeLessThanOrEqual(8 + 1); // two sayings each, 500 in a batch, and a sign of life
  });

  it('mend with the next sign of life what was lost, be it a change or a part of the answer', () => {
    const [a, b] = [node(), node()];
    a.enter('ann');
    vi.advanceTimersByTime(100);
    a.loses = () => true;
    a.own.went('s-ann');
    a.enter('eve');
    vi.advanceTimersByTime(100);
    expect(b.people()).toEqual(['ann']);
    let lost = 0;
    a.loses = ({ whole }) => whole !== undefined && lost++ === 0;
    for (let at = 0; at < 600; at++) a.enter(`u${at}`, 'other'); // more than fit into one part
    vi.advanceTimersByTime(3500);
    expect(lost).toBeGreaterThan(1);
    expect(b.people()).toEqual(['eve']);
    expect(b.people('other')).toHaveLength(600);
    expect(b.people('')).toHaveLength(601);
  });

  it('forget one that says nothing more, and no other; when it speaks again, it says all', () => {
    const [a, b, c] = [node(), node(), node()];
    a.enter('ann');
    b.enter('bob');
    vi.advanceTimersByTime(100);
    a.loses = () => true;
    vi.advanceTimersByTime(4000);
    expect(c.people()).toEqual(['ann', 'bob']);
    vi.advanceTimersByTime(2100);
    expect([b.people(), c.people()]).toEqual([['bob'], ['bob']]);
    expect(a.people()).toEqual(['ann', 'bob']);
    a.loses = () => false;
    vi.advanceTimersByTime(1500);
    expect(c.people()).toEqual(['ann', 'bob']);
  });

  it('are gone at once when they say goodbye', () => {
    const [a, b] = [node(), node()];
    a.enter('ann');
    vi.advanceTimersByTime(100);
    a.talk.stop();
    expect(b.people()).toEqual([]);
  });

  it('answer many who ask at once with few answers', () => {
    const a = node();
    a.enter('ann');
    vi.advanceTimersByTime(1000);
    const before = a.said;
    const others = Array.from({ length: 10 }, node);
    vi.advanceTimersByTime(400);
    for (const other of others) expect(other.people()).toEqual(['ann']);
    expect(a.said - before).toBeLessThanOrEqual(4);
  });
});
