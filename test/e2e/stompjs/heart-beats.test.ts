// Heart-beats in both directions, on short intervals.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../service.ts';

let service: Service;

beforeAll(async () => {
  service = await Service.start({ heartbeatSend: 100, heartbeatReceive: 100, heartbeatGrace: 3 });
});
afterEach(() => service.dropClients());
afterAll(() => service.close());

describe('heart-beats', () => {
  it('come to a page that wants them, each a single end of line', async () => {
    const client = await service.webSocket();
    await client.connect({ 'heart-beat': '0,100' });
    await client.heartbeats.count(3);
    const beats = client.received.all.slice(1);
    expect(beats.every(({ binary, bytes }) => !binary && String(bytes) === '\n')).toBe(true);
  });

  it('from both sides keep a page and its server together beyond the grace of three intervals', async () => {
    const page = await service.page({
      heartbeatIncoming: 100,
      heartbeatOutgoing: 100,
      heartbeatToleranceMultiplier: 3,
    });
    await page.heartbeats.count(8);
    expect(page.lost.all).toEqual([]);
    await page.send('/topic/still-here', '');
  });

  it('are not sent to who wants none, and not asked of who sends none', async () => {
    const silent = await service.page({ heartbeatIncoming: 0, heartbeatOutgoing: 0 });
    const clock = await service.page({ heartbeatIncoming: 100, heartbeatOutgoing: 100 });
    await clock.heartbeats.count(8);
    expect(silent.heartbeats.all).toEqual([]);
    await silent.send('/topic/still-here', '');
  });

  it('that were promised and do not come are missed after three intervals: ERROR, and 1002', async () => {
    const client = await service.webSocket();
    await client.connect({ 'heart-beat': '100,0' });
    const { headers } = await client.next('ERROR');
    expect(headers).toMatchObject({
      code: 'heart-beat-timeout',
      message: expect.stringMatching(/300 ms.*100 ms/),
    });
    expect(await client.ended).toMatchObject({ code: 1002 });
  });

  it('need not come while other frames do', async () => {
    const client = await service.webSocket();
    await client.connect({ 'heart-beat': '100,0' });
    const clock = await service.webSocket();
    await clock.connect({ 'heart-beat': '0,100' });
    for (let beats = 1; beats <= 8; beats++) {
      await clock.heartbeats.count(beats);
      await client.confirmed('SEND', { destination: '/topic/instead' });
    }
    expect(client.frames.all.some(({ command }) => command === 'ERROR')).toBe(false);
  });
});

describe('a heart-beat header that is not two numbers', () => {
  it('is an ERROR that shows it, and 1002', async () => {
    const client = await service.webSocket();
    client.frame('CONNECT', { 'accept-version': '1.2', host: 'any', 'heart-beat': 'often' });
    const { headers } = await client.next('ERROR');
    expect(headers).toMatchObject({ code: 'bad-heart-beat', message: expect.stringContaining('often') });
    expect(await client.ended).toMatchObject({ code: 1002 });
  });
});
