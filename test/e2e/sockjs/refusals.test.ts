// What the whole service refuses of SockJS over HTTP, how that is counted.
import { describe, expect, it } from 'vitest';
import { frameText } from '../clients/stomp-text.ts';
import { serving } from './serving.ts';

const webSocket = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'x3JJHMbDL1EzLkh9GBhXDw==',
};

/** What a test does adds so many refusals of a kind. */
async function adds(count: number, refused: () => Promise<number>, act: () => Promise<void>): Promise<void> {
  const before = await refused();
  await act();
  expect(await refused()).toBe(before + count);
}

const stomp = (...frames: string[]): string => JSON.stringify(frames);
const connect = frameText('CONNECT', { 'accept-version': '1.2', host: 'any' });

describe('a service that lists origins', () => {
  const at = serving({
    origins: ['https://chat.example', 'https://*.wide.example'],
    sockjsDisconnectDelay: 200,
  });

  const paths = [
    '/ws',
    '/ws/info',
    '/ws/0/s/xhr',
    '/ws/0/s/xhr_send',
    '/ws/0/s/xhr_streaming',
    '/ws/0/s/eventsource',
  ];

  it.each(paths)('answers a page of another origin at %s with 403 that it cannot read', async (path) => {
    await adds(
      2,
      () => at.refused('origin'),
      async () => {
        for (const origin of ['https://evil.example', 'null']) {
          const { status, headers } = await at.post(path, '["x"]', { Origin: origin });
          expect(status).toBe(403);
          expect(headers['access-control-allow-origin']).toBeUndefined();
        }
      },
    );
    expect(await at.sessions()).toBe(0);
  });

  it('refuses its upgrades too', async () => {
    const { status } = await at.get(`${at.fresh()}/websocket`, {
      ...webSocket,
      Origin: 'https://evil.example',
    });
    expect(status).toBe(403);
  });

  it('lets those in that it lists, by name and by pattern, with credentials', async () => {
    for (const origin of ['https://chat.example', 'https://a.wide.example']) {
      const { status, headers } = await at.post(`${at.fresh()}/xhr`, '', { Origin: origin });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
      });
    }
  });

  it.each([
    '/ws/iframe.html',
    '/ws/iframe-1.6.1.html',
    '/ws/sockjs.min.js',
    '/ws/0/s/htmlfile?c=x',
    '/ws/0/s/jsonp?c=x',
    '/ws/0/s/jsonp_send',
  ])('has no %s, which would carry no Origin', async (path) => {
    const { status } = path.endsWith('_send') ? await at.post(path, 'd=["x"]') : await at.get(path);
    expect(status).toBe(404);
  });
});

describe('a service for pages of its own', () => {
  const at = serving({ sockjsDisconnectDelay: 200 });

  it('has the iframe transports, for its own pages only, and no JSONP', async () => {
    const iframe = await at.get('/ws/iframe.html');
    expect(iframe).toMatchObject({ status: 200, headers: { 'x-frame-options': 'SAMEORIGIN' } });
    expect((await at.get(`${at.fresh()}/jsonp?c=x`)).status).toBe(404);
  });

  it('answers for the session of another node with 404, and counts it', async () => {
    await adds(
      1,
      () => at.refused('unknown-session'),
      async () => {
        expect((await at.post(`${at.fresh()}/xhr_send`, '["x"]')).status).toBe(404);
      },
    );
  });

  it('answers for the session of somebody else with 404, and counts it', async () => {
    const path = at.fresh();
    const mine = { Cookie: 'sid=0123456789abcdef0123' };
    expect((await at.post(`${path}/xhr`, '', mine)).body).toBe('o\n');
    await adds(
      2,
      () => at.refused('other-owner'),
      async () => {
        const theirs = { Cookie: 'sid=fedcba98765432100123' };
        expect((await at.post(`${path}/xhr_send`, '["x"]', theirs)).status).toBe(404);
        expect((await at.post(`${path}/xhr`, '', theirs)).status).toBe(404);
      },
    );
    expect((await at.post(`${path}/xhr_send`, stomp(connect), mine)).status).toBe(204);
  });

  it.each(['xhr', 'xhr_streaming'])(
    'tells over %s what was wrong in an ERROR, and then ends the session',
    async (receiver) => {
      const path = at.fresh();
      expect((await at.post(`${path}/xhr`)).body).toBe('o\n');
      await at.post(`${path}/xhr_send`, stomp(connect, frameText('SEND', {}, 'nowhere')));
      let told = '';
      while (!/^c/m.test(told)) told += (await at.post(`${path}/${receiver}`)).body;
      const lines = told.split('\n').filter((line) => /^[ac]/.test(line));
      const frames = lines.slice(0, -1).flatMap((line) => JSON.parse(line.slice(1)) as string[]);
      expect(frames.map((frame) => frame.split('\n')[0])).toEqual(['CONNECTED', 'ERROR']);
      expect(frames[1]).toMatch(/\ncode:missing-header\n/);
      expect(lines.at(-1)).toMatch(/^c\[1002,".*destination/);
    },
  );
});
