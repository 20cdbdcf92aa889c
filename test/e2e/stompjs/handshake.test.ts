// What a page observes while it connects: endpoints, subprotocols, versions, CONNECTED.
import { Versions } from '@stomp/stompjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../service.ts';

let service: Service;

beforeAll(async () => {
  service = await Service.start({
    endpoints: ['/ws', '/ws-connect', '/stomp'],
    heartbeatSend: 4000,
    heartbeatReceive: 5000,
  });
});
afterEach(() => service.dropClients());
afterAll(() => service.close());

describe('the upgrade', () => {
  it.each([
    '/ws',
    '/ws/websocket',
    '/ws-connect',
    '/ws-connect/websocket',
    '/stomp',
    '/stomp/websocket',
    '/ws?a=b',
  ])('is answered on %s', async (path) => {
    const page = await service.page({}, service.addresses.http.replace('http', 'ws') + path);
    const { messages } = await page.subscribe('/topic/endpoints');
    await page.send('/topic/endpoints', path);
    expect((await messages.count(1))[0]?.body).toBe(path);
  });

  it.each([
    [['v12.stomp', 'v11.stomp', 'v10.stomp'], 'v12.stomp'],
    [['v10.stomp', 'v12.stomp'], 'v10.stomp'],
    [['mqtt', 'v11.stomp'], 'v11.stomp'],
    [[], ''],
  ])(
    'of the offered subprotocols %j echoes the first that is spoken here: "%s"',
    async (protocols, chosen) => {
      const client = await service.webSocket({ protocols });
      expect(client.protocol).toBe(chosen);
      expect((await client.connect()).headers).toMatchObject({ version: '1.2' });
    },
  );
});

describe('CONNECT', () => {
  it.each([
    ['1.0', '1.0'],
    ['1.1', '1.1'],
    ['1.2', '1.2'],
    ['1.0,1.1', '1.1'],
    ['1.2,1.1,1.0', '1.2'],
    ['1.3,1.1', '1.1'],
  ])('that accepts %s gets version %s, and messages in it', async (accepted, version) => {
    const page = await service.page({ stompVersions: new Versions(accepted.split(',')) });
    expect(await page.connected()).toMatchObject({ version });
    const { id, messages } = await page.subscribe('/topic/versions');
    await page.send('/topic/versions', 'in a version', { 'x-note': 'kept' });
    const [message] = await messages.count(1);
    expect(message?.headers).toMatchObject({
      destination: '/topic/versions',
      subscription: id,
      'x-note': 'kept',
    });
    expect(message?.body).toBe('in a version');
  });

  it('is answered with the version, the heart-beats of the server, the session and the user', async () => {
    const page = await service.page({ connectHeaders: { login: 'kim', passcode: 'secret' } });
    expect(await page.connected()).toEqual({
      version: '1.2',
      'heart-beat': '4000,5000',
      session: expect.stringMatching(/^\S+$/),
      server: expect.stringMatching(/^stompwire\/\d+\.\d+\.\d+$/),
      'user-name': 'kim',
      'client-token': expect.stringMatching(/^[\w-]{22,64}$/), // of guests, whose names nobody proved
    });
  });

  it('gives every session an id of its own, and every guest a name of its own', async () => {
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await (await service.page()).connected());
    expect(new Set(answers.map(({ session }) => session)).size).toBe(3);
    expect(new Set(answers.map((one) => one['user-name'])).size).toBe(3);
  });

  it.each([[{}], [{ host: 'anywhere.example:8080' }]])('is accepted with host %j', async (connectHeaders) => {
    expect(await (await service.page({ connectHeaders })).connected()).toMatchObject({ version: '1.2' });
  });

  it('may be called STOMP, and without accept-version speaks 1.0', async () => {
    const client = await service.webSocket();
    client.frame('STOMP', { login: 'a\\b:c' });
    expect((await client.next('CONNECTED')).headers).toMatchObject({ version: '1.0', 'user-name': 'a\\b:c' });
  });

  it('without a common version is told the versions, and closed with 1002', async () => {
    const client = await service.webSocket();
    client.frame('CONNECT', { 'accept-version': '0.9,2.0', host: 'any' });
    const { headers } = await client.next('ERROR');
    expect(headers).toMatchObject({ code: 'version-mismatch', version: '1.2,1.1,1.0' });
    expect(headers.message).toContain('0.9,2.0');
    expect(await client.ended).toMatchObject({ code: 1002, reason: headers.message });
  });
});

describe('a server with virtual hosts', () => {
  it('takes the listed ones, and tells the others by name before it closes with 1008', async () => {
    const hosted = await Service.start({ virtualHosts: ['chat.example'] });
    try {
      const page = await hosted.page({ connectHeaders: { host: 'chat.example' } });
      expect(await page.connected()).toMatchObject({ version: '1.2' });
      const stranger = hosted.newPage({ connectHeaders: { host: 'other.example' } });
      const [error] = await stranger.errors.count(1);
      expect(error?.headers).toMatchObject({
        code: 'unknown-host',
        message: expect.stringContaining('other.example'),
      });
      expect(await stranger.closes.count(1)).toMatchObject([{ code: 1008 }]);
    } finally {
      await hosted.close();
    }
  });
});
