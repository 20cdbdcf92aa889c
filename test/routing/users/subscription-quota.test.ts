// The quota of a user's subscriptions over several nodes: who is asked when, and what holds while somebody is away.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Soon } from '../../../src/channel/channel.ts';
import { StompwireError } from '../../../src/errors.ts';
import type { Message } from '../../../src/message/message.ts';
import { MemberSpace, MemoryMembers } from '../../../src/relay/memory-members.ts';
import { NodeLine } from '../../../src/relay/node-line.ts';
import type { QuotaShare } from '../../../src/relay/quotas.ts';
import type { Relay } from '../../../src/relay/relay.ts';
import { SubscriptionQuota } from '../../../src/routing/subscription-quota.ts';

/** Nodes that hear each other. */
class Group {
  readonly space = new MemberSpace();
  readonly nodes: Node[] = [];

  /** Brings what is said to all of them, in a while. */
  say(message: Message): Promise<void> {
    return Promise.resolve().then(() => {
      for (const { line, deaf } of this.nodes) if (!deaf) line.take(message);
    });
  }
}

/** Counts what it asks of the others, and whether they can be asked. */
class CountingMembers extends MemoryMembers {
  away = false;
  asked = 0;

  override claimShare(user: string, limit: number, wanted: number): QuotaShare {
    this.asked++;
    if (this.away) throw new StompwireError('relay-unavailable', 'it is away');
    return super.claimShare(user, limit, wanted);
  }
}

/** A node with the subscriptions of ann. */
class Node {
  readonly members: CountingMembers;
  readonly line: NodeLine;
  readonly quota: SubscriptionQuota;
  readonly unasked: number[] = [];
  deaf = false;
  subscriptions = 0;
  here = true;

  constructor(group: Group, limit: number) {
    const name = `n${group.nodes.length}`;
    const publish = (message: Message): Promise<void> => group.say(message);
    this.line = new NodeLine({ publish, interest: () => {} } as unknown as Relay, name);
    this.members = new CountingMembers(name, group.space);
    this.quota = new SubscriptionQuota(limit, {
      subscriptionsOf: () => this.subscriptions,
      has: () => this.here,
    });
    const unasked = { add: (): void => void this.unasked.push(1) };
    this.quota.share({ quotas: this.members, line: this.line, node: name, unasked });
    group.nodes.push(this);
    this.members.join('ann', `${name}-0`, 0);
    this.quota.came('ann');
  }

  /** As a session does: what was made sure of is looked at again after a wait. @returns how many it has then */
  async subscribe(times = 1): Promise<number> {
    for (let n = 0; n < times; n++) {
      for (let room: Soon<void> = this.quota.assertRoom('ann'); room instanceof Promise; ) {
        await room;
        room = this.quota.assertRoom('ann');
      }
      this.subscriptions++;
    }
    return this.subscriptions;
  }
}

afterEach(() => void vi.useRealTimers());

const tooMany = { code: 'too-many-subscriptions' };

describe('the quota of a user', () => {
  it('asks nobody while the user is on one node alone, up to the limit', () => {
    const node = new Node(new Group(), 5);
    const before = node.members.asked;
    for (; node.subscriptions < 5; node.subscriptions++) expect(node.quota.assertRoom('ann')).toBeUndefined();
    expect(() => node.quota.assertRoom('ann')).toThrow(expect.objectContaining(tooMany));
    expect(node.members.asked).toBe(before);
  });

  it('goes to whichever node needs it, and is held exactly by all together', async () => {
    const group = new Group();
    const [one, two, three] = [new Node(group, 10), new Node(group, 10), new Node(group, 10)];
    await one.subscribe(3);
    expect(await two.subscribe(5)).toBe(5);
    expect(await three.subscribe(2)).toBe(2);
    for (const node of group.nodes) await expect(node.subscribe()).rejects.toMatchObject(tooMany);
    two.subscriptions--;
    expect(await one.subscribe()).toBe(4);
    await expect(three.subscribe()).rejects.toMatchObject(tooMany);
    expect(group.nodes.map(({ unasked }) => unasked.length)).toEqual([0, 0, 0]);
  });

  it('is never exceeded, however many sessions ask for the last of it at once', async () => {
    const group = new Group();
    const all = [new Node(group, 8), new Node(group, 8), new Node(group, 8)];
    await Promise.allSettled(all.flatMap((node) => Array.from({ length: 9 }, () => node.subscribe())));
    expect(all.reduce((sum, { subscriptions }) => sum + subscriptions, 0)).toBe(8);
  });

  it('is free again when the user has left a node', async () => {
    const group = new Group();
    const [one, two] = [new Node(group, 4), new Node(group, 4)];
    await one.subscribe(4);
    await expect(two.subscribe()).rejects.toMatchObject(tooMany);
    one.here = false;
    one.members.leave('ann', 'n0-0');
    one.quota.left('ann');
    expect(await two.subscribe(4)).toBe(4);
  });

  it('does not hold up a client because of a node that does not answer, which is asked once', async () => {
    const group = new Group();
    const [one, two] = [new Node(group, 4), new Node(group, 4)];
    await one.subscribe(4);
    one.deaf = true;
    vi.useFakeTimers();
    const done = two.subscribe(4);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await done).toBe(4);
    expect(two.unasked).toHaveLength(4);
    await expect(two.subscribe()).rejects.toMatchObject(tooMany);
  });

  it('holds on each node alone while the relay is away', async () => {
    const group = new Group();
    const [one, two] = [new Node(group, 2), new Node(group, 2)];
    two.members.away = true;
    await one.subscribe(2);
    expect(await two.subscribe(2)).toBe(2);
    await expect(two.subscribe()).rejects.toMatchObject(tooMany);
    expect(two.unasked).toHaveLength(2);
  });

  it('is none where no limit is set', () => {
    const node = new Node(new Group(), 0);
    node.subscriptions = 1_000_000;
    expect(node.quota.assertRoom('ann')).toBeUndefined();
    expect(node.members.asked).toBe(0);
  });
});
