// What queues that topics fill promise of messages that are redacted or cleared: a part of their contract of its own.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message, type MessageParts } from '../../src/message/message.ts';
import { type LogPolicy, usualPolicy } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import type { QueueDelivery, QueueLimits } from '../../src/queue/consumer.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { type BindingsKind, type BindingsUnderTest, Taker } from './bindings.ts';

const limits: QueueLimits = { count: 10_000, bytes: 1e8, age: 0, overflow: 'reject', tries: 3 };
const logged: LogPolicy = { ...usualPolicy, pattern: '/topic/log/**', count: 10_000 };
const room = '/topic/log/a';
const other = '/topic/log/b';
const ann = 'durable:user:ann:/a';
const ben = 'durable:user:ben:/b';
const dead = '/queue/dead-letter';

/** What a subscriber sees of it. */
const shown = ({ message: { body, headers } }: QueueDelivery): string => `${body}:${headers}`;
const gone = ':tombstone,redacted';

export function redactedCopiesContract(kind: BindingsKind): void {
  describe(`what is redacted in queues that topics fill of ${kind.name}`, () => {
    let opened: BindingsUnderTest;
    let here: Relay;
    let there: Relay;
    beforeEach(async () => {
      opened = await kind.open(limits, [logged]);
      here = opened.one;
      there = opened.other;
    });
    afterEach(() => opened.close());

    const say = async (
      destination: string,
      bodies: readonly string[],
      parts: Partial<MessageParts> = {},
    ): Promise<Position[]> => {
      const append = async (body: string): Promise<Position> => {
        const whole = { id: '', body: Buffer.from(body), headers: ['own', body, 'persistent', 'true'] };
        const own = { sender: 'ann', contentType: 'text/plain', ...parts };
        return (await there.log!.append(new Message({ destination, ...whole, ...own }), logged)).position;
      };
      const places: Position[] = [];
      while (places.length < bodies.length)
        places.push(...(await Promise.all(bodies.slice(places.length, places.length + 200).map(append))));
      return places;
    };
    const redact = async (relay: Relay, destination: string, position: Position): Promise<boolean> =>
      relay.queues!.bindings!.redact(destination, position);
    const clear = async (relay: Relay, destination: string, position: Position): Promise<void> =>
      relay.queues!.bindings!.clear(destination, position);
    const bind = async (queue: string, source: string): Promise<void> =>
      here.queues!.bindings!.bind(queue, source);
    /** Takes from a queue until it has so many. */
    const taken = async (relay: Relay, count: number, queue = ann, source = room): Promise<Taker> => {
      if (queue.startsWith('durable:')) await relay.queues!.bindings!.bind(queue, source);
      const taker = await new Taker().from(relay, queue);
      await taker.has(count);
      return taker;
    };
    const own = (body: string): string => `${body}:own,${body},persistent,true`;

    it('waits as a tombstone in its old place: whose it is, when and where it was said stay', async () => {
      await bind(ann, room);
      const [, second] = await say(room, ['a', 'secret', 'c']);
      const [message] = await here.log!.read(room, { ...second!, seq: 1 }, 1);
      expect(await redact(here, room, second!)).toBe(true);
      const taker = await taken(there, 3);
      expect(taker.given.map(shown)).toEqual([own('a'), gone, own('c')]);
      const { id, time, sender, contentType, position } = message!;
      expect(taker.given[1]!.message).toMatchObject({
        id,
        time,
        sender,
        contentType,
        position,
        address: ann,
      });
      expect(taker.given[1]!.deliveries).toBe(1);
    });

    it('is a tombstone in every queue that has a copy, whatever fills it, and nothing else is', async () => {
      await bind(ann, room);
      await bind(ben, '/topic/log/*');
      const [first] = await say(room, ['a']);
      await say(other, ['b']); // has the same seq, and its log may have the same epoch
      await say(room, ['high'], { headers: ['priority', '9'] });
      await redact(there, room, first!);
      expect((await taken(here, 2)).given.map(shown)).toEqual(['high:priority,9', gone]);
      const all = (await taken(here, 3, ben, '/topic/log/*')).given.map(shown);
      expect([...all].sort()).toEqual(['high:priority,9', gone, own('b')].sort());
    });

    it('is a tombstone in all of its queues when many are redacted at once', async () => {
      await bind(ann, room);
      const places = await say(
        room,
        Array.from({ length: 40 }, (_, at) => `${at}`),
      );
      await Promise.all(places.filter((_, at) => at % 2 === 0).map((place) => redact(here, room, place)));
      const taker = await taken(there, 40);
      expect(taker.given.map(shown)).toEqual(places.map((_, at) => (at % 2 === 0 ? gone : own(`${at}`))));
    });

    it('comes back as a tombstone when somebody had it, by NACK or when he leaves, and is acknowledged as ever', async () => {
      await bind(ann, room);
      const places = await say(room, ['a', 'b', 'c']);
      const taker = await taken(here, 3);
      for (const place of places) expect(await redact(there, room, place)).toBe(true);
      expect(await taker.acknowledge(2)).toBe(true);
      expect(await taker.consumption!.refuse(taker.given[0]!.tag, true)).toBe(true);
      await taker.has(4);
      await taker.consumption!.cancel();
      const next = await taken(there, 2);
      expect(next.given.map((given) => [shown(given), given.deliveries])).toEqual([
        [gone, 3],
        [gone, 2],
      ]);
      expect(shown(taker.given[3]!)).toBe(gone);
    });

    it('is a tombstone among the dead letters too, which says why it is there', async () => {
      await bind(ann, room);
      const [first, second] = await say(room, ['died before', 'dies later', 'is whole']);
      const taker = await taken(here, 3);
      expect(await taker.consumption!.refuse(taker.given[0]!.tag, false)).toBe(true);
      expect(await redact(there, room, first!)).toBe(true);
      expect(await redact(there, room, second!)).toBe(true);
      for (const at of [1, 2])
        expect(await taker.consumption!.refuse(taker.given[at]!.tag, false)).toBe(true);
      const letters = await taken(there, 3, dead);
      const why = `dead-letter-reason,refused,dead-letter-destination,${room},delivery-count,1`;
      expect(letters.given.map(shown).sort()).toEqual(
        [`${gone},${why}`, `${gone},${why}`, `${own('is whole')},${why}`].sort(),
      );
    });

    it('keeps nothing of what its publisher said that looks like a dead letter’s', async () => {
      await bind(ann, room);
      const headers = ['dead-letter-reason', 'x', 'dead-letter-destination', 'secret', 'delivery-count', '1'];
      const [first] = await say(room, ['a'], { headers });
      await redact(here, room, first!);
      expect((await taken(here, 1)).given.map(shown)).toEqual([gone]);
    });

    it('gives the room of its body to others', async () => {
      await opened.close();
      opened = await kind.open({ ...limits, bytes: 1600 }, [logged]);
      here = opened.one;
      there = opened.other;
      await bind(ann, room);
      const [first] = await say(room, ['x'.repeat(1000)], { headers: [] });
      await redact(here, room, first!);
      await say(room, ['y'.repeat(800)], { headers: [] });
      expect(opened.dropped).toEqual([]);
      expect((await taken(here, 2)).given.map(({ message: { body } }) => body.length)).toEqual([0, 800]);
    });

    it('twice, or what is not there, or in no queue, harms nothing', async () => {
      await bind(ann, room);
      const [first] = await say(room, ['a', 'b']);
      await redact(here, room, first!);
      expect(await redact(there, room, first!)).toBe(true);
      expect(await redact(here, room, { ...first!, seq: 3 })).toBe(false);
      expect(await redact(here, other, first!)).toBe(false);
      await say(room, ['c']);
      expect((await taken(here, 3)).given.map(shown)).toEqual([gone, own('b'), own('c')]);
    });

    it('is never given with its body once that is done, among thousands that wait and are taken meanwhile', async () => {
      await bind(ann, room);
      const places = await say(
        room,
        Array.from({ length: 3000 }, (_, at) => `${at}`),
      );
      const taker = await new Taker(50).from(here);
      await taker.has(50);
      const chosen = [2990, 1500, 400, 2000];
      const redacting = Promise.all(chosen.map((at) => redact(there, room, places[at]!)));
      const acknowledged: Promise<boolean>[] = [];
      for (let at = 0; at < 3000; at++) {
        await taker.has(at + 1);
        if (at === 100) await redacting; // from here on what is given was given when that was done
        acknowledged.push(taker.acknowledge(at));
      }
      expect(new Set(await Promise.all(acknowledged))).toEqual(new Set([true]));
      const expected = places.map((_, at) => (chosen.includes(at) ? '' : `${at}`));
      expect(taker.given.map(({ message }) => String(message.body))).toEqual(expected);
    });

    it('of what is cleared nothing is given any more, or a second time; it counts as expired', async () => {
      await bind(ann, room);
      await bind(ben, '/topic/log/*');
      await say(other, ['of another']);
      const places = await say(room, ['a', 'b', 'c', 'd']);
      const taker = await new Taker(2).from(here);
      await taker.has(2);
      await clear(there, room, places[2]!);
      expect(await taker.acknowledge(1)).toBe(true);
      expect(await taker.consumption!.refuse(taker.given[0]!.tag, true)).toBe(true);
      await taker.has(3);
      await taker.consumption!.cancel();
      expect(taker.given.map(shown)).toEqual([own('a'), own('b'), own('d')]);
      expect((await taken(there, 1)).given.map(shown)).toEqual([own('d')]);
      const all = (await taken(here, 2, ben, '/topic/log/*')).given.map(shown);
      expect([...all].sort()).toEqual([own('d'), own('of another')].sort());
      expect(opened.dropped.map((line) => line.split(' ')[1])).toEqual(Array(5).fill('expired'));
    });

    it('of what is cleared no dead letter stays or comes whole', async () => {
      await bind(ann, room);
      const [first, second] = await say(room, ['a', 'b']);
      const taker = await taken(here, 2);
      expect(await taker.consumption!.refuse(taker.given[0]!.tag, false)).toBe(true);
      await clear(there, room, second!);
      expect(opened.dropped).toHaveLength(1);
      expect(await taker.consumption!.refuse(taker.given[1]!.tag, false)).toBe(true);
      const letters = await taken(there, 1, dead);
      expect(letters.given.map(({ message: { body, position } }) => [String(body), position])).toEqual([
        ['', { ...first!, seq: 2 }],
      ]);
    });
  });
}
