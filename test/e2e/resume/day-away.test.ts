// A client that was away for a day: 50,000 messages, most of them in the history only, and little held for it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawTcp } from '../clients/raw-tcp.ts';
import type { RawWebSocket } from '../clients/raw-web-socket.ts';
import { chatRoom, contentsOf, Served } from './served.ts';
import { numbers } from './stage.ts';

const missed = 50_000;
/** What may wait in the server for one client. */
const mostHeld = 256 * 1024;
/** More than waits for a client that reads. */
const enough = 100 * 1024;

describe('a client that was away for 50,000 messages', { timeout: 120_000 }, () => {
  let served: Served;
  let place: string;

  beforeAll(async () => {
    served = new Served();
    await served.start('count=1000');
    await served.say(1);
    const client = await served.tcp();
    client.frame('SUBSCRIBE', { id: 's', destination: chatRoom, 'resume-from': 'first' });
    place = (await client.next('MESSAGE')).headers['message-id']!;
    client.drop();
    await served.say(missed);
  });
  afterAll(() => served.close());

  /** Resumes; done when its RECEIPT has said that nothing is missing. */
  async function resume(client: RawTcp | RawWebSocket): Promise<void> {
    const headers = { id: 's', destination: chatRoom, 'resume-from': place };
    expect((await client.confirmed('SUBSCRIBE', headers)).headers.resume).toBe('complete');
  }

  /** All that it has to hear, once, in order: behind CONNECTED and the RECEIPT. */
  async function expectAll(client: RawTcp | RawWebSocket): Promise<void> {
    const frames = await client.frames.count(2 + served.said - 1);
    expect(contentsOf(frames)).toEqual(numbers(2, served.said));
  }

  const held = (): Promise<number> => served.metric('stompwire_resume_held_bytes_max');

  it('hears all of them, once and in order, over TCP and over WebSocket', async () => {
    for (const client of [await served.tcp(), await served.webSocket()]) {
      await resume(client);
      await expectAll(client);
      client.drop();
    }
    expect(await served.metric('stompwire_resume_reads_total', 'store')).toBeGreaterThan(missed / 128 - 20);
    expect(await served.metric('stompwire_resume_reads_total', 'log')).toBeGreaterThan(0);
    expect(await held()).toBeLessThanOrEqual(mostHeld);
  });

  it('that reads nothing for a while, again and again, while others publish, has little waiting for it', async () => {
    const client = await served.tcp();
    const headers = { id: 's', destination: chatRoom, 'resume-from': place, receipt: 'r' };
    client.frame('SUBSCRIBE', headers);
    client.socket.pause(); // before anything of it can come
    while ((await held()) < enough) await new Promise(setImmediate);
    await served.say(1500); // more than the hot log keeps
    client.socket.resume();
    for (const heard of [20_000, 35_000, 45_000]) {
      await client.frames.count(heard);
      client.socket.pause();
      await served.say(1500);
      client.socket.resume();
    }
    await expectAll(client);
    expect(await held()).toBeGreaterThan(enough);
    expect(await held()).toBeLessThanOrEqual(mostHeld);
  });
});
