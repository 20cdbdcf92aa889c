// The contract of the relay port: one suite for every relay, with the guarantees in the port's comment.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { Soon } from '../../src/channel/channel.ts';
import { Message } from '../../src/message/message.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { type Skipping, testsOf } from './skipping.ts';
import { Changing } from './transport-sides.ts';

/** Relays that reach each other. */
export interface RelayNodes {
  /** Another node's relay, not started. */
  node(): Promise<Relay>;
  close(): Promise<void>;
}

/** A kind of relay. */
export interface RelayKind extends Skipping {
  open(): Promise<RelayNodes>;
}

/** One node: writes down what its relay brings. */
class Node extends Changing {
  readonly relay: Relay;
  readonly heard: Message[] = [];
  onDelivered: (message: Message) => void = () => {};

  constructor(relay: Relay) {
    super();
    this.relay = relay;
  }

  async start(): Promise<this> {
    await this.relay.start((message) => {
      this.heard.push(message);
      this.onDelivered(message);
      this.changed();
    });
    return this;
  }

  idsAt(destination: string): string[] {
    return this.heard.filter((message) => message.destination === destination).map(({ id }) => id);
  }

  has(id: string): Promise<void> {
    return this.until(() => this.heard.some((message) => message.id === id));
  }
}

function messageTo(destination: string, id: string, more: Partial<Message> = {}): Message {
  return new Message({ destination, id, body: Buffer.from(`body of ${id}`), ...more });
}

/** Whether it is done before the relay is closed does not matter here. */
function inPassing(done: Soon<void>): void {
  Promise.resolve(done).catch(() => {});
}

/** Tests a kind of relay. */
export function relayContract(kind: RelayKind): void {
  describe(`the relay ${kind.name}`, () => {
    const test = testsOf(kind);
    let nodes: RelayNodes;
    let started: Node[];
    const node = async (): Promise<Node> => {
      const made = await new Node(await nodes.node()).start();
      started.push(made);
      return made;
    };

    beforeEach(async () => {
      nodes = await kind.open();
      started = [];
    });
    afterEach(async () => {
      for (const { relay } of started) await relay.close();
      await nodes.close();
    });

    test("brings a node's own messages back to it, whole", async () => {
      const one = await node();
      await one.relay.interest('/topic/a');
      const sent = messageTo('/topic/a', 'm', {
        body: Buffer.of(0, 1, 0xff, 10),
        contentType: 'text/plain;charset=UTF-8',
        headers: ['own', 'a:b\n', 'empty', ''],
        excludes: 'session-7',
        only: 'session-8',
      });
      await one.relay.publish(sent);
      await one.has('m');
      const { destination, id, body, contentType, headers, excludes, only } = one.heard[0]!;
      expect({ destination, id, body, contentType, headers, excludes, only }).toEqual({
        destination: '/topic/a',
        id: 'm',
        body: Buffer.of(0, 1, 0xff, 10),
        contentType: 'text/plain;charset=UTF-8',
        headers: ['own', 'a:b\n', 'empty', ''],
        excludes: 'session-7',
        only: 'session-8',
      });
    });

    test('goes by the address of a message, where that is not its destination', async () => {
      const one = await node();
      await one.relay.interest('user:ann/queue/a');
      const { body } = messageTo('', 'm');
      const parts = { destination: '/user/queue/a', address: 'user:ann/queue/a', body };
      await one.relay.publish(new Message({ ...parts, id: 'm' }));
      await one.has('m');
      expect(one.heard).toMatchObject([parts]);
    });

    test('brings all that is published after interest was granted, each message once', async () => {
      const one = await node();
      for (let i = 0; i < 50; i++) {
        const destination = `/topic/${i}`;
        await one.relay.interest(destination);
        await one.relay.publish(messageTo(destination, String(i)));
      }
      await one.has('49');
      await one.until(() => one.heard.length >= 50);
      expect(one.heard.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    });

    test('grants interest in a pattern', async () => {
      const one = await node();
      await one.relay.interest('/topic/*/b');
      await one.relay.interest('/topic/x/**');
      for (const destination of ['/topic/a/b', '/topic/x', '/topic/x/y/z'])
        await one.relay.publish(messageTo(destination, destination));
      for (const id of ['/topic/a/b', '/topic/x', '/topic/x/y/z']) await one.has(id);
    });

    test('brings nothing for which there is no interest', async () => {
      const one = await node();
      await one.relay.interest('/topic/a');
      for (const id of ['1', '2']) await one.relay.publish(messageTo('/topic/b', id));
      await one.relay.publish(messageTo('/topic/a', 'last'));
      await one.has('last');
      expect(one.idsAt('/topic/b')).toEqual([]);
    });

    test('brings nothing once interest is taken back', async () => {
      const one = await node();
      for (const destination of ['/topic/a', '/topic/b']) await one.relay.interest(destination);
      await one.relay.disinterest('/topic/b');
      await one.relay.publish(messageTo('/topic/b', '1'));
      await one.relay.publish(messageTo('/topic/a', 'last'));
      await one.has('last');
      expect(one.idsAt('/topic/b')).toEqual([]);
    });

    test("keeps a publisher's order per destination, waited for or not", async () => {
      const one = await node();
      await one.relay.interest('/topic/a');
      await one.relay.interest('/topic/b');
      const sent = Array.from({ length: 200 }, (_, i) => String(i));
      const done = sent.map((id) =>
        one.relay.publish(messageTo(Number(id) % 3 ? '/topic/a' : '/topic/b', id)),
      );
      await Promise.all(done);
      await one.until(() => one.heard.length >= 200);
      expect(one.idsAt('/topic/a')).toEqual(sent.filter((id) => Number(id) % 3));
      expect(one.idsAt('/topic/b')).toEqual(sent.filter((id) => Number(id) % 3 === 0));
    });

    test('brings what is published while a message is delivered after that message', async () => {
      const one = await node();
      await one.relay.interest('/topic/a');
      const trace: string[] = [];
      one.onDelivered = ({ id }) => {
        trace.push(`begin ${id}`);
        if (id === '1')
          for (const next of ['2', '3']) inPassing(one.relay.publish(messageTo('/topic/a', next)));
        trace.push(`end ${id}`);
      };
      await one.relay.publish(messageTo('/topic/a', '1'));
      await one.has('3');
      expect(trace).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
    });

    test('gives all nodes the messages of one destination in one order', async () => {
      const [one, other, third] = [await node(), await node(), await node()];
      for (const { relay } of [one, other, third]) await relay.interest('/topic/a');
      const publish = async (from: Node, name: string): Promise<void> => {
        for (let i = 0; i < 50; i++) await from.relay.publish(messageTo('/topic/a', `${name}${i}`));
      };
      await Promise.all([publish(one, 'a'), publish(other, 'b'), publish(third, 'c')]);
      for (const at of [one, other, third]) await at.until(() => at.heard.length >= 150);
      expect(other.idsAt('/topic/a')).toEqual(one.idsAt('/topic/a'));
      expect(third.idsAt('/topic/a')).toEqual(one.idsAt('/topic/a'));
    });

    test('refuses what is published once it is closed, and brings nothing any more', async () => {
      const one = await node();
      await one.relay.interest('/topic/a');
      await one.relay.close();
      await one.relay.close();
      await expect((async () => one.relay.publish(messageTo('/topic/a', 'late')))()).rejects.toThrow(
        expect.objectContaining({ code: 'relay-unavailable' }),
      );
      expect(one.heard).toEqual([]);
    });

    test('brings nothing more when it is closed in the middle of a delivery', async () => {
      const one = await node();
      await one.relay.interest('/topic/a');
      const closed = new Changing();
      let done = false;
      one.onDelivered = () => {
        inPassing(one.relay.publish(messageTo('/topic/a', '2')));
        void Promise.resolve(one.relay.close()).then(() => {
          done = true;
          closed.changed();
        });
      };
      await one.relay.publish(messageTo('/topic/a', '1'));
      await closed.until(() => done);
      expect(one.heard.map(({ id }) => id)).toEqual(['1']);
    });
  });
}
