// The contract of the members port: one suite for whatever keeps them, with the guarantees in the port's comment.
import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { Members, Presence } from '../../src/relay/members.ts';
import type { Quotas } from '../../src/relay/quotas.ts';
import { type Skipping, testsOf } from './skipping.ts';
import { Changing } from './transport-sides.ts';

/** A node of a service. */
export interface MemberNode {
  readonly name: string;
  readonly members: Members & Presence & Quotas;
  close(): Promise<void>;
}

/** Nodes that know each other. */
export interface MemberNodes {
  node(): Promise<MemberNode>;
  /** Forgets everything that is kept outside the nodes. */
  lose?(): Promise<void>;
  /** Takes a node for dead that is not. */
  bury?(name: string): Promise<void>;
}

/** A kind of members. */
export interface MembersKind extends Skipping {
  open(): Promise<MemberNodes>;
}

/** What a node is told of. */
class Watching extends Changing {
  readonly told: string[] = [];

  static async of({ members }: MemberNode): Promise<Watching> {
    const watching = new Watching();
    await members.watch((user, online) => {
      watching.told.push(`${online ? '+' : '-'}${user}`);
      watching.changed();
    });
    return watching;
  }

  async hears(...told: readonly string[]): Promise<void> {
    await this.until(() => this.told.length >= told.length);
    expect([...this.told].sort()).toEqual([...told].sort());
  }
}

/** Asks again until it is so: for what happens by itself, in a while. */
async function becomes<Value>(ask: () => Value | Promise<Value>, wanted: Value): Promise<void> {
  for (;;) {
    const is = await ask();
    if (JSON.stringify(is) === JSON.stringify(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Tests a kind of members. */
export function membersContract(kind: MembersKind): void {
  describe(`the members ${kind.name}`, () => {
    const test = testsOf(kind);
    let nodes: MemberNodes;
    let started: MemberNode[];
    const node = async (): Promise<MemberNode> => {
      const made = await nodes.node();
      started.push(made);
      return made;
    };
    const sessionsOf = async (at: MemberNode, user: string): Promise<string[]> =>
      (await at.members.sessionsOf(user)).map(({ session, node }) => `${session}@${node}`).sort();

    beforeEach(async () => {
      nodes = await kind.open();
      started = [];
    });
    afterEach(async () => {
      for (const one of started) await one.close();
    });

    test('tells every node who is where', async () => {
      const [one, other] = [await node(), await node()];
      await one.members.join('ann', 's1', 0);
      await other.members.join('ann', 's2', 0);
      await other.members.join('an', 's3', 0);
      for (const at of [one, other])
        expect(await sessionsOf(at, 'ann')).toEqual([`s1@${one.name}`, `s2@${other.name}`].sort());
      expect(await sessionsOf(one, 'an')).toEqual([`s3@${other.name}`]);
      expect(await sessionsOf(one, 'nobody')).toEqual([]);
      expect([...(await one.members.nodes())].sort()).toEqual([one.name, other.name].sort());
    });

    test('lets no more in than the limit, however many come at once to several nodes', async () => {
      const all = [await node(), await node(), await node()];
      const joins = all.flatMap(({ members }, at) =>
        Array.from({ length: 10 }, (_, n) => members.join('ann', `s${at}-${n}`, 7)),
      );
      const letIn = (await Promise.all(joins)).filter(Boolean);
      expect(letIn).toHaveLength(7);
      expect(await sessionsOf(all[0]!, 'ann')).toHaveLength(7);
      for (let length = 20; length > 0; length--)
        expect(await all[1]!.members.join('a'.repeat(length), `a${length}`, 1)).toBe(true);
    });

    test('has room again once somebody left, on whichever node', async () => {
      const [one, other] = [await node(), await node()];
      expect(await one.members.join('ann', 's1', 1)).toBe(true);
      expect(await other.members.join('ann', 's2', 1)).toBe(false);
      await one.members.leave('ann', 's1');
      await one.members.leave('ann', 's1');
      expect(await other.members.join('ann', 's2', 1)).toBe(true);
      expect(await sessionsOf(one, 'ann')).toEqual([`s2@${other.name}`]);
    });

    test('gives a node that is alone with a user the whole quota, and never more than that to all', async () => {
      const all = [await node(), await node(), await node()];
      for (const [at, { members }] of all.entries()) await members.join('ann', `s${at}`, 0);
      await all[0]!.members.join('an', 's', 0);
      const [one, two, three] = all.map(({ members }) => members);
      expect(await one!.claimShare('ann', 9, 1)).toEqual({ count: 9, others: [] });
      expect(await two!.claimShare('ann', 9, 1)).toEqual({ count: 0, others: [all[0]!.name] });
      await one!.keepShare('ann', 2);
      expect(await two!.claimShare('ann', 9, 2)).toEqual({ count: 4, others: [all[0]!.name] });
      const last = await three!.claimShare('ann', 9, 3);
      expect({ ...last, others: [...last.others].sort() }).toEqual({
        count: 3,
        others: [all[0]!.name, all[1]!.name],
      });
      expect((await one!.claimShare('ann', 9, 3)).count).toBe(2);
      expect(await one!.claimShare('an', 9, 1)).toEqual({ count: 9, others: [] });
    });

    test('gives nobody more than the quota, however many ask at once', async () => {
      const all = [await node(), await node(), await node()];
      await Promise.all(all.map(({ members }, at) => members.join('ann', `s${at}`, 0)));
      for (const { members } of all) await members.claimShare('ann', 10, 0);
      await all[0]!.members.keepShare('ann', 0);
      const asked = all.flatMap(({ members }) => [1, 2, 3, 9].map((n) => members.claimShare('ann', 10, n)));
      await Promise.all(asked);
      const shares = await Promise.all(all.map(({ members }) => members.claimShare('ann', 10, 0)));
      expect(shares.reduce((sum, { count }) => sum + count, 0)).toBe(10);
    });

    test('frees the share of a node whose last session of the user is gone, and gives it none', async () => {
      const [one, other] = [await node(), await node()];
      await one.members.join('ann', 's1', 0);
      await one.members.join('ann', 's2', 0);
      await other.members.join('ann', 's3', 0);
      await one.members.claimShare('ann', 4, 1);
      await one.members.leave('ann', 's1');
      expect((await other.members.claimShare('ann', 4, 1)).count).toBe(0);
      await one.members.leave('ann', 's2');
      await one.members.keepShare('ann', 0);
      expect(await one.members.claimShare('ann', 4, 1)).toEqual({ count: 0, others: [] });
      expect(await other.members.claimShare('ann', 4, 1)).toEqual({ count: 4, others: [] });
      await other.close();
      await one.members.join('ann', 's4', 0);
      expect(await one.members.claimShare('ann', 4, 1)).toEqual({ count: 4, others: [] });
    });

    test("lets no node take out another's session", async () => {
      const [one, other] = [await node(), await node()];
      await one.members.join('ann', 's1', 0);
      await other.members.leave('ann', 's1');
      expect(await sessionsOf(other, 'ann')).toEqual([`s1@${one.name}`]);
    });

    test('counts users, not sessions, and pages through their names', async () => {
      const [one, other] = [await node(), await node()];
      const names = ['ann', 'ann/7', 'Ångström', 'bob', '김', '😀', 'z', '\uffee'];
      for (const [at, name] of names.entries())
        for (const { members } of at % 2 ? [one] : [one, other])
          await members.join(name, `${name}-${at}-${members === one.members}`, 0);
      expect(await other.members.count()).toBe(names.length);
      const pages: string[] = [];
      for (let page = await one.members.page('', 3); page.length > 0; ) {
        expect(page.length).toBeLessThanOrEqual(3);
        pages.push(...page);
        page = await one.members.page(page.at(-1)!, 3);
      }
      const inOrder = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(pages).toEqual(inOrder);
    });

    test('tells each node that watches of first sessions and of last ones, once', async () => {
      const [one, other] = [await node(), await node()];
      const watching = [await Watching.of(one), await Watching.of(other)];
      await one.members.join('ann', 's1', 0);
      await other.members.join('ann', 's2', 0);
      await one.members.leave('ann', 's1');
      await other.members.leave('ann', 's2');
      await other.members.join('ann', 's3', 0);
      for (const each of watching) await each.hears('+ann', '-ann', '+ann');
      for (const { told } of watching) expect(told).toEqual(['+ann', '-ann', '+ann']);
    });

    test('forgets a node that closes, and its users', async () => {
      const [one, other] = [await node(), await node()];
      const watching = await Watching.of(other);
      for (const user of ['ann', 'bob']) await one.members.join(user, `s-${user}`, 0);
      await other.members.join('bob', 's2', 0);
      await one.close();
      expect(await other.members.nodes()).toEqual([other.name]);
      await watching.hears('+ann', '+bob', '-ann');
      expect(await sessionsOf(other, 'ann')).toEqual([]);
      expect(await sessionsOf(other, 'bob')).toEqual([`s2@${other.name}`]);
    });

    test('says anew whom it has when what was kept is lost, past every limit', async () => {
      const [one, other] = [await node(), await node()];
      for (const user of ['ann', 'bob', 'cy', 'dan', 'eve']) await one.members.join(user, `s-${user}`, 1);
      await one.members.leave('eve', 's-eve');
      await nodes.lose!();
      await becomes(() => other.members.page('', 9), ['ann', 'bob', 'cy', 'dan']);
      expect(await other.members.join('ann', 's2', 1)).toBe(false);
    });

    test('says anew what of the quota it has when what was kept is lost', async () => {
      const [one, other] = [await node(), await node()];
      for (const [at, { members }] of [one, other].entries()) await members.join('ann', `s${at}`, 0);
      await one.members.claimShare('ann', 9, 1);
      await one.members.keepShare('ann', 5);
      await nodes.lose!();
      await becomes(async () => (await sessionsOf(other, 'ann')).length, 2);
      expect(await other.members.claimShare('ann', 9, 9)).toEqual({ count: 4, others: [one.name] });
    });

    test('says anew whom it has when it was taken for dead', async () => {
      const [one, other] = [await node(), await node()];
      for (const user of ['ann', 'bob', 'cy', 'dan']) await one.members.join(user, `s-${user}`, 0);
      const watching = await Watching.of(other);
      await nodes.bury!(one.name);
      await watching.until(() => watching.told.length >= 8);
      expect([...watching.told].sort()).toEqual([
        '+ann',
        '+bob',
        '+cy',
        '+dan',
        '-ann',
        '-bob',
        '-cy',
        '-dan',
      ]);
      expect(await other.members.count()).toBe(4);
      expect(await sessionsOf(other, 'cy')).toEqual([`s-cy@${one.name}`]);
    });
  });
}
