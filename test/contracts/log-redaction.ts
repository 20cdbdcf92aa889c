// What logs promise of a message that is redacted: a part of the log contract of its own.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { type LogPolicy, usualPolicy } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import type { Relay } from '../../src/relay/relay.ts';
import type { LogKind, LogNodes } from './relay-log.ts';

const usual = { ...usualPolicy, pattern: '/topic/a' };
const small = { ...usualPolicy, pattern: '/topic/small', count: 3 };
const held: LogPolicy = { ...usualPolicy, pattern: '/topic/held', deliver: 'stored' };

export function redactionContract(kind: Omit<LogKind, 'skips'>): void {
  describe(`redaction in the log of the relay ${kind.name}`, () => {
    let nodes: LogNodes;
    let relays: Relay[];
    const node = async (): Promise<Relay> => {
      const relay = await nodes.node();
      if (!relays.includes(relay)) await relay.start(() => {});
      if (!relays.includes(relay)) relays.push(relay);
      return relay;
    };
    const say = async (relay: Relay, policy: LogPolicy, ...texts: string[]): Promise<Position[]> => {
      const places: Position[] = [];
      for (const text of texts) {
        const parts = { body: Buffer.from(text), headers: ['own', text], sender: 'ann', id: '' };
        const message = new Message({ destination: policy.pattern, contentType: 'text/plain', ...parts });
        places.push((await relay.log!.append(message, policy)).position);
      }
      return places;
    };
    const read = async (relay: Relay, { pattern }: LogPolicy, after: Position, limit = 100) =>
      (await relay.log!.read(pattern, after, limit)).map(({ body, headers }) => `${body}:${headers}`);
    const begin = ({ epoch }: Position): Position => ({ epoch, seq: 0 });

    beforeEach(async () => {
      nodes = await kind.open([usual, small, held]);
      relays = [];
    });
    afterEach(async () => {
      for (const relay of relays) await relay.close();
      await nodes.close();
    });

    it('a tombstone is read in its place, by every node, in every page, and the log reaches as far', async () => {
      const [one, other] = [await node(), await node()];
      const places = await say(one, usual, 'a', 'b', 'c', 'd', 'e');
      await nodes.confirm('/topic/a', places.at(-1)!);
      const reach = await one.log!.reach('/topic/a');
      const [message] = await one.log!.read('/topic/a', places[0]!, 1);
      // the first, two in the middle, the last
      for (const at of [0, 2, 1, 4]) expect(await other.log!.redact('/topic/a', places[at]!)).toBe(true);
      const gone = ':tombstone,redacted';
      for (const relay of [one, other]) {
        expect(await read(relay, usual, begin(places[0]!))).toEqual([gone, gone, gone, 'd:own,d', gone]);
        expect(await read(relay, usual, begin(places[0]!), 2)).toEqual([gone, gone]);
        expect(await read(relay, usual, places[1]!, 2)).toEqual([gone, 'd:own,d']);
        expect(await read(relay, usual, places[3]!)).toEqual([gone]);
        expect(await relay.log!.reach('/topic/a')).toEqual(reach);
      }
      const [tombstone] = await one.log!.read('/topic/a', places[0]!, 1);
      const { id, time, sender, position } = message!;
      expect(tombstone).toMatchObject({ id, time, sender, position, contentType: 'text/plain' });
    });

    it('all up to a position is gone at once, on every node, tombstones too; positions go on', async () => {
      const [one, other] = [await node(), await node()];
      const places = await say(one, usual, 'a', 'b', 'c', 'd');
      await nodes.confirm('/topic/a', places.at(-1)!);
      await one.log!.redact('/topic/a', places[0]!);
      await one.log!.redact('/topic/a', places[3]!);
      await other.log!.clear('/topic/a', places[2]!);
      const [{ epoch }] = places as [Position];
      for (const relay of [one, other]) {
        expect(await read(relay, usual, begin(places[0]!))).toEqual([]);
        expect(await read(relay, usual, places[2]!)).toEqual([':tombstone,redacted']);
        expect(await relay.log!.reach('/topic/a')).toMatchObject({ top: { epoch, seq: 4 }, oldest: 4 });
      }
      await one.log!.clear('/topic/a', places[3]!);
      expect(await other.log!.reach('/topic/a')).toMatchObject({ top: { epoch, seq: 4 }, oldest: 5 });
      expect(await say(other, usual, 'e')).toEqual([{ epoch, seq: 5 }]);
      expect(await read(one, usual, places[3]!)).toEqual(['e:own,e']);
      await one.log!.clear('/topic/none', { epoch, seq: 9 });
    });

    it('is cleared only when nothing of it is on its way to the history any more', async () => {
      const one = await node();
      const [first] = await say(one, usual, 'a');
      let done = false;
      const clearing = one.log!.clear('/topic/a', first!).then(() => {
        done = true;
      });
      await say(one, usual, 'b');
      expect(done).toBe(false);
      await nodes.confirm('/topic/a', first!);
      await clearing;
      expect(await one.log!.reach('/topic/a')).toMatchObject({ oldest: 2 });
    });

    it('the log goes on behind it, and lets go of it like of the others', async () => {
      const one = await node();
      const [first, second] = await say(one, small, 'a', 'b');
      await nodes.confirm('/topic/small', second!);
      await one.log!.redact('/topic/small', second!);
      expect(await read(one, small, begin(first!))).toEqual(['a:own,a', ':tombstone,redacted']);
      const later = await say(one, small, 'c', 'd', 'e', 'f');
      await nodes.confirm('/topic/small', later.at(-1)!);
      const [last] = await say(one, small, 'g');
      expect(last).toEqual({ epoch: first!.epoch, seq: 7 });
      expect(await read(one, small, { ...last!, seq: 4 })).toEqual(['e:own,e', 'f:own,f', 'g:own,g']);
      expect(await read(one, small, begin(first!))).toEqual([]);
    });

    it('is done only when the message is no longer on its way to the history', async () => {
      const one = await node();
      const [first] = await say(one, usual, 'a');
      let done = false;
      const redacting = one.log!.redact('/topic/a', first!).then((found) => {
        done = true;
        return found;
      });
      await expect.poll(() => read(one, usual, begin(first!))).toEqual([':tombstone,redacted']);
      await say(one, usual, 'b');
      expect(done).toBe(false);
      await nodes.confirm('/topic/a', first!);
      expect(await redacting).toBe(true);
    });

    it('what was held back until it was stored is redacted as well', async () => {
      const one = await node();
      const [first] = await say(one, held, 'a');
      const redacting = one.log!.redact('/topic/held', first!);
      await nodes.confirm('/topic/held', first!);
      expect(await redacting).toBe(true);
      expect(await read(one, held, begin(first!))).toEqual([':tombstone,redacted']);
    });

    it('of what is not there, and of what was redacted, nothing is harmed', async () => {
      const one = await node();
      const places = await say(one, usual, 'a', 'b');
      await nodes.confirm('/topic/a', places[1]!);
      await one.log!.redact('/topic/a', places[0]!);
      expect(await one.log!.redact('/topic/a', places[0]!)).toBe(true);
      expect(await one.log!.redact('/topic/a', { ...places[0]!, epoch: places[0]!.epoch - 1 })).toBe(false);
      expect(await read(one, usual, begin(places[0]!))).toEqual([':tombstone,redacted', 'b:own,b']);
    });
  });
}
