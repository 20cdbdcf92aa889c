// What is redacted is nowhere any more: not in the hot log, not in the history, not in pages kept for who resumes.
import { afterEach, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';
import type { Replay } from '../../src/history/replay.ts';
import { ReplayReader } from '../../src/history/replay-reader.ts';
import { HistoryService, policiesOf } from '../../src/history-service.ts';
import { Message } from '../../src/message/message.ts';
import type { Policies } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import { noMetrics } from '../../src/metrics/metrics.ts';

const room = '/topic/room/1';
const log = { info: () => {}, warn: () => {}, error: () => {} };
let service: HistoryService;
let replay: Replay;
let policies: Policies;

/** A room whose hot log keeps so many messages. */
async function begin(count: number): Promise<void> {
  const config = resolveConfig({ logged: [`/topic/room/* count=${count}`], data: 'memory' });
  const clocks = { clock: () => Date.now(), monotonic: () => performance.now() };
  policies = policiesOf(config);
  service = await HistoryService.open({ node: 'n', config, policies, metrics: noMetrics, log, ...clocks });
  await service.relay.start(() => {});
  replay = service.replay({})!;
}

afterEach(async () => {
  await service.end(5000);
  await service.relay.close();
});

async function say(...bodies: string[]): Promise<Position[]> {
  const places: Position[] = [];
  for (const body of bodies) {
    const message = new Message({
      destination: room,
      body: Buffer.from(body),
      id: '',
      headers: ['own', body],
    });
    places.push((await service.relay.log!.append(message, policies.of(room)!)).position);
  }
  return places;
}

/** All that somebody sees who resumes from the beginning. */
async function seen(): Promise<string[]> {
  const reader = new ReplayReader(replay, room);
  await reader.begin('first');
  const all: string[] = [];
  for (let page = await reader.read(); page.length > 0; page = await reader.read())
    for (const { position, message } of page) {
      reader.pass(position);
      all.push(`${message!.body}${message!.headers.join('=')}`);
    }
  return all;
}

describe('a message that is redacted', () => {
  it.each([
    ['redacted', (place: Position) => service.redact(room, place), ['a', '', 'c', 2]],
    ['cleared', (place: Position) => service.clear(room, place), ['c', undefined]],
  ])('%s: other nodes are told when the history has it no more', async (_, take, left) => {
    await begin(1);
    const [, second] = await say('a', 'b', 'c');
    await service.redact(room, { ...second!, seq: 100 }); // waits for all that is on its way
    const told: unknown[] = [];
    const tellRedacted = async (destination: string, place?: Position): Promise<void> => {
      const { records } = await service.store!.find({ destination, order: 'oldest', limit: 9 });
      told.push([...records.map(({ body }) => String(body)), place?.seq]);
    };
    Object.assign(service.relay.log!, { tellRedacted });
    await take(second!);
    expect(told).toEqual([left]);
  });

  it.each([
    ['in the hot log', 100],
    ['in the history only', 1],
  ])('%s, and read before, is a tombstone from then on, whoever reads it', async (_, count) => {
    await begin(count);
    const [, second] = await say('a', 'b', 'c');
    await service.redact(room, { ...second!, seq: 100 }); // waits for all that is on its way
    expect(await seen()).toEqual(['aown=a', 'bown=b', 'cown=c']);
    expect(await service.redact(room, second!)).toBe(true);
    expect(await seen()).toEqual(['aown=a', 'tombstone=redacted', 'cown=c']);
    const { records } = await service.reader.page({ destination: room, limit: 10, order: 'oldest' });
    expect(records.map(({ body, headers, tombstone }) => [String(body), headers.length, tombstone])).toEqual([
      ['a', 2, undefined],
      ['', 0, 'redacted'],
      ['c', 2, undefined],
    ]);
  });

  it('is redacted in the history too when it was still on its way there', async () => {
    await begin(100);
    const [first] = await say('a');
    expect(await service.redact(room, first!)).toBe(true);
    const { records } = await service.store!.find({ destination: room, limit: 1 });
    expect(records).toMatchObject([{ tombstone: 'redacted', headers: [] }]);
  });

  it('that never was is told', async () => {
    await begin(100);
    const [first] = await say('a');
    expect(await service.redact(room, { ...first!, seq: 2 })).toBe(false);
    expect(await service.redact('/topic/room/2', first!)).toBe(false);
  });
});
