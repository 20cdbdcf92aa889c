// Resume over real sockets while publishers never stop: cut off, away, restarted, crashed.
import { cpSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawTcp } from '../clients/raw-tcp.ts';
import { RawWebSocket } from '../clients/raw-web-socket.ts';
import type { Received } from '../clients/stomp-text.ts';
import { StompOverSockJs } from '../sockjs/stomp-over-sockjs.ts';
import { bodiesOf, numbers, placeOf, room, Stage } from './stage.ts';

/** A client of any kind, as far as resuming goes. */
interface Resuming {
  readonly frames: { readonly all: readonly Received[]; count(count: number): Promise<readonly Received[]> };
  frame(command: string, headers?: Readonly<Record<string, string>>): void;
  next(command: string): Promise<Received>;
  connect(): Promise<unknown>;
  drop(): void;
}

type Open = (stage: Stage) => Promise<Resuming>;

const ways: readonly (readonly [string, Open])[] = [
  ['WebSocket', (stage) => RawWebSocket.open(stage.endpoint)],
  ['TCP', (stage) => RawTcp.open(stage.stomp)],
  [
    'SockJS by xhr-streaming',
    (stage) => StompOverSockJs.open(stage.endpoint.replace('ws', 'http'), 'xhr_streaming'),
  ],
  ['SockJS by polling', (stage) => StompOverSockJs.open(stage.endpoint.replace('ws', 'http'), 'xhr')],
];

let stage: Stage;
let clients: Resuming[];

beforeEach(async () => {
  clients = [];
  stage = await Stage.open(50);
});

afterEach(async () => {
  for (const client of clients) client.drop();
  await stage.close();
});

/** Connects and resumes. @returns the client, and what its RECEIPT said */
async function resumes(open: Open, from: string): Promise<[Resuming, string | undefined]> {
  const client = await open(stage);
  clients.push(client);
  await client.connect();
  client.frame('SUBSCRIBE', { id: 's', destination: room, 'resume-from': from, receipt: 'r' });
  return [client, (await client.next('RECEIPT')).headers.resume];
}

const overWebSocket = ways[0]![1];

describe.each(ways)('over %s', (_, open) => {
  it('a client that is cut off again and again hears every message once, in order', async () => {
    stage.neverStops();
    const heard: string[] = [];
    let place = 'first';
    for (let cut = 0; cut < 5; cut++) {
      const [client, resume] = await resumes(open, place);
      expect(resume).toBe('complete');
      await client.frames.count(2 + 200 + 37 * cut);
      client.drop();
      const frames = [...client.frames.all];
      heard.push(...bodiesOf(frames));
      place = placeOf(frames)!;
      await stage.until(async () => stage.said > heard.length + 150); // away for longer than the hot log
    }
    await stage.quiet();
    const [last] = await resumes(open, place);
    heard.push(...bodiesOf(await last.frames.count(2 + stage.said - heard.length)));
    expect(heard).toEqual(numbers(1, stage.said));
  });
});

describe('a client that was away', () => {
  it('gets what the hot log has let go of from the history', async () => {
    await stage.say(10);
    const [client] = await resumes(overWebSocket, 'first');
    await client.frames.count(12);
    client.drop();
    await stage.say(500);
    await stage.stored(510);
    const [back, resume] = await resumes(overWebSocket, placeOf(client.frames.all)!);
    expect(resume).toBe('complete');
    expect(bodiesOf(await back.frames.count(2 + 500))).toEqual(numbers(11, 510));
    expect(await stage.metric('stompwire_resume_reads_total', 'store')).toBeGreaterThan(2);
  });

  it('resumes over a clean restart as if nothing had been', async () => {
    const [client] = await resumes(overWebSocket, 'first');
    stage.neverStops();
    await client.frames.count(300);
    await stage.quiet();
    client.drop();
    const [place, seen] = [placeOf(client.frames.all)!, bodiesOf(client.frames.all).length];
    await stage.say(100);
    await stage.server.close();
    await stage.start(50);
    stage.neverStops();
    const [back, resume] = await resumes(overWebSocket, place);
    expect(resume).toBe('complete');
    await back.frames.count(400);
    await stage.quiet();
    const left = stage.said - seen;
    expect(bodiesOf(await back.frames.count(2 + left))).toEqual(numbers(seen + 1, stage.said));
  });

  it('is told of the gap after a crash, where it is, and hears what is left before it', async () => {
    await stage.say(120);
    await stage.stored(120);
    const [client] = await resumes(overWebSocket, 'last-100');
    await client.frames.count(102);
    const place = bodiesOf(client.frames.all)[49];
    const id = client.frames.all.filter(({ command }) => command === 'MESSAGE')[49]!.headers['message-id']!;
    expect(place).toBe('70');
    const crashed = join(tmpdir(), `stompwire-crashed-${process.pid}`);
    cpSync(stage.folder, crashed, { recursive: true }); // what a kill leaves behind
    await stage.server.close();
    await stage.start(50, { data: crashed });
    stage.neverStops();
    const [back, resume] = await resumes(overWebSocket, id);
    await back.frames.count(2 + 100);
    await stage.quiet();
    expect(resume).toBe('gap');
    const bodies = bodiesOf(await back.frames.count(2 + stage.said - 70));
    expect(bodies).toEqual([...numbers(71, 120), '!121', ...numbers(122, stage.said)]);
    rmSync(crashed, { recursive: true });
  });
});
