// The contract of the claims port: one suite for whatever keeps them, with the guarantees in the port's comment.
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { StompwireError } from '../../src/errors.ts';
import type { Claims, Outcome } from '../../src/relay/claims.ts';
import { type Skipping, testsOf } from './skipping.ts';

/** Nodes that share their claims. */
export interface ClaimNodes {
  node(): Promise<Claims>;
  /** So much time passes for what is remembered; keys are remembered for a second. */
  pass(milliseconds: number): Promise<void>;
  /** The first node that was made dies, and is missed. */
  kill?(): Promise<void>;
  close(): Promise<void>;
}

/** A kind of claims. */
export interface ClaimsKind extends Skipping {
  open(): Promise<ClaimNodes>;
}

const outcome: Outcome = { places: [{ destination: '/topic/김', position: { epoch: 17, seq: 3 } }] };

/** Tests a kind of claims. */
export function claimsContract(kind: ClaimsKind): void {
  describe(`the claims ${kind.name}`, () => {
    const test = testsOf(kind);
    let nodes: ClaimNodes;
    beforeEach(async () => {
      nodes = await kind.open();
    });
    afterEach(() => nodes.close());

    test('lets one be the first, however many come at once to several nodes', async () => {
      const all = [await nodes.node(), await nodes.node(), await nodes.node()];
      const claims = await Promise.all(all.flatMap((one) => Array.from({ length: 5 }, () => one.claim('k'))));
      const firsts = claims.filter(({ first }) => first === undefined);
      expect(firsts).toHaveLength(1);
      firsts[0]!.settle(outcome);
      const others = claims.filter((claim) => claim !== firsts[0]);
      expect(await Promise.all(others.map(({ first }) => first))).toEqual(others.map(() => outcome));
    });

    test('gives who comes later the outcome, on whichever node', async () => {
      const [one, other] = [await nodes.node(), await nodes.node()];
      (await one.claim('k')).settle(outcome);
      expect(await (await one.claim('k')).first).toEqual(outcome);
      expect(await (await other.claim('k')).first).toEqual(outcome);
      expect((await other.claim('another')).first).toBeUndefined();
    });

    test('fails who waits with what the first failed with, and lets the next be the first', async () => {
      const [one, other] = [await nodes.node(), await nodes.node()];
      const first = await one.claim('k');
      const waits = (await other.claim('k')).first!;
      first.free(new StompwireError('bad-payload', 'no title'));
      await expect(waits).rejects.toMatchObject({ code: 'bad-payload', message: 'no title' });
      const next = await other.claim('k');
      expect(next.first).toBeUndefined();
      first.settle(outcome);
      next.settle({ places: [] });
      expect(await (await one.claim('k')).first).toEqual({ places: [] });
    });

    test('forgets an outcome whose messages are lost, and no other one', async () => {
      const [one, other] = [await nodes.node(), await nodes.node()];
      (await one.claim('k')).settle(outcome);
      const again = await other.claim('k');
      const lost = (await again.first)!;
      again.forget(lost);
      let anew = await other.claim('k');
      while (anew.first !== undefined) anew = await other.claim('k'); // Redis hears of it in a moment
      anew.settle({ places: [] });
      again.forget(lost);
      expect(await (await other.claim('k')).first).toEqual({ places: [] });
    });

    test('forgets an outcome when its window is over, and not before', async () => {
      const [one, other, third] = [await nodes.node(), await nodes.node(), await nodes.node()];
      (await one.claim('k')).settle(outcome);
      await nodes.pass(400);
      expect((await other.claim('k')).first).toBeDefined();
      await nodes.pass(700);
      expect((await third.claim('k')).first).toBeUndefined();
    });

    test('lets another be the first when the node is dead that was', async () => {
      const [one, other, third] = [await nodes.node(), await nodes.node(), await nodes.node()];
      const dead = await one.claim('k');
      expect(dead.first).toBeUndefined();
      const waits = (await other.claim('k')).first!;
      const told = expect(waits).rejects.toMatchObject({ code: 'relay-unavailable' });
      await nodes.kill!();
      await told;
      const next = await other.claim('k');
      expect(next.first).toBeUndefined();
      next.settle({ places: [] });
      await Promise.all(Array.from({ length: 9 }, (_, at) => other.claim(`behind it ${at}`)));
      dead.settle(outcome); // it was only paused
      await Promise.all(Array.from({ length: 9 }, (_, at) => one.claim(`and behind that ${at}`)));
      expect(await (await third.claim('k')).first).toEqual({ places: [] });
    });
  });
}
