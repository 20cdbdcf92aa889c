// What a Redis that is killed and comes back with its data loses: nothing; what stood in the epoch before stays readable.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MessageLost } from '../../src/relay/log.ts';
import { until } from '../servers/redis-groups.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { DeafGate } from './deaf-gate.ts';
import { FollowingNode } from './nodes.ts';

const program = requires('redis-server');
const room = '/topic/room/a';

describe.runIf(program)('a Redis that keeps what it confirmed, killed and started again', () => {
  let redis: OwnRedis;
  let gate: DeafGate;
  let nodes: FollowingNode[];

  const node = async (url = redis.url, history = false): Promise<FollowingNode> => {
    const made = await new FollowingNode(`${url}?wait=2000&partitions=2`, { history }).start(room);
    nodes.push(made);
    return made;
  };
  const comesBack = async (): Promise<void> => {
    await redis.kill();
    await redis.restart();
    await until(async () => nodes.every(({ relay }) => relay.state === undefined));
  };

  beforeEach(async () => {
    nodes = [];
    redis = await startRedis(program!, { args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    gate = await DeafGate.open(redis.port);
  });
  afterEach(async () => {
    for (const { relay } of nodes) await relay.close();
    await gate.close();
    await redis.stop();
  });

  it('has the messages of the epoch before, and says where it ended', async () => {
    const one = await node();
    const [first, , third] = [
      await one.append(room, '1'),
      await one.append(room, '2'),
      await one.append(room, '3'),
    ];
    await comesBack();
    const next = await one.append(room, '4');
    expect(next.epoch).toBeGreaterThan(third!.epoch);
    const { top, ended } = await one.relay.log.reach(room);
    expect(top).toEqual({ epoch: next.epoch, seq: 1 });
    expect(ended).toEqual([{ epoch: third!.epoch, seq: 3 }]);
    const left = await one.relay.log.read(room, first!, 10);
    expect(left.map(({ body, position }) => [String(body), position.epoch, position.seq])).toEqual([
      ['2', third!.epoch, 2],
      ['3', third!.epoch, 3],
    ]);
    expect(await one.relay.log.read(room, third!, 10)).toEqual([]);
  });

  it('keeps the last four epochs, and no more', async () => {
    const one = await node();
    const epochs: number[] = [];
    for (let at = 0; at < 6; at++) {
      epochs.unshift((await one.append(room, String(at))).epoch);
      await comesBack();
    }
    const { ended } = await one.relay.log.reach(room);
    expect(ended?.map(({ epoch }) => epoch)).toEqual(epochs.slice(0, 4));
    const texts = await Promise.all(epochs.map((epoch) => one.relay.log.read(room, { epoch, seq: 0 }, 10)));
    expect(texts.map((messages) => messages.map(({ body }) => String(body)))).toEqual([
      ['5'],
      ['4'],
      ['3'],
      ['2'],
      [],
      [],
    ]);
  });

  it('brings what a node had not heard of the epoch before, before what follows', async () => {
    const [one, deaf] = [await node(), await node(`redis://127.0.0.1:${gate.port}`)];
    await one.append(room, '1');
    await deaf.hears(room, '1');
    gate.deafen();
    await one.append(room, '2');
    await one.append(room, '3');
    await comesBack();
    await one.append(room, '4');
    await deaf.hears(room, '4');
    expect(deaf.texts(room)).toEqual(['1', '2', '3', '4']);
    expect(deaf.told(room)).toEqual(['4']); // nobody can know that nothing is missing there
  });

  it('answers a SEND that comes again, and does not say that the message is lost', async () => {
    const one = await node(redis.url, true);
    const first = await one.append(room, '1', 'key');
    await comesBack();
    await one.append(room, '2');
    expect(await one.append(room, 'again', 'key')).toMatchObject({ epoch: first.epoch, seq: 1 });
    await expect(one.relay.log.replicated(room, first)).rejects.toThrow(/Redis has no replica/);
    const never = { epoch: first.epoch, seq: 2 };
    await expect(one.relay.log.replicated(room, never)).rejects.toThrow(MessageLost);
  });
});
