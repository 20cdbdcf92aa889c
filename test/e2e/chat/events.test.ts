// Event streams through real sockets: with a plain HTTP client, and with the EventSource of a real Chromium.
import { once } from 'node:events';
import { type Browser, chromium as playwright } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { EventReader } from '../../event-reader.ts';
import { requires } from '../../servers/requires.ts';
import { Service } from '../service.ts';

const chromium = requires('chromium');
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serviceOf(options: Parameters<typeof Service.start>[0] = {}): Promise<Service> {
  const service = await Service.start({ data: 'memory', ...options });
  ends.push(() => service.close());
  return service;
}

const api = (service: Service) => `${service.addresses.http}/api/chat`;

async function post(service: Service, path: string, body: object, method = 'POST'): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${api(service)}${path}`, { method, headers, body: JSON.stringify(body) });
}

async function streamOf(service: Service, path: string, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  ends.push(() => stop.abort());
  const response = await fetch(`${api(service)}${path}`, { headers, signal: stop.signal });
  expect(response.status).toBe(200);
  return { events: new EventReader(response.body!), stop };
}

describe('an event stream over a real socket', () => {
  it('resumes behind a connection that broke: nothing is lost, nothing comes twice', async () => {
    const service = await serviceOf();
    const { events, stop } = await streamOf(service, '/rooms/r/subscribe?userId=lee');
    await post(service, '/rooms/r/messages', { content: '1', userId: 'kim' });
    const { id } = await events.next();
    stop.abort();
    for (const content of ['2', '3']) await post(service, '/rooms/r/messages', { content, userId: 'kim' });
    const again = await streamOf(service, '/rooms/r/subscribe?userId=lee', { 'last-event-id': id });
    await post(service, '/rooms/r/messages', { content: '4', userId: 'kim' });
    expect((await again.events.next()).name).toBe('resume');
    const heard = [await again.events.next(), await again.events.next(), await again.events.next()];
    expect(heard.map(({ data }) => (JSON.parse(data) as { content: string }).content)).toEqual([
      '2',
      '3',
      '4',
    ]);
  });

  it('counts as a session, and ends within a second for who is sent out, whoever else hears on', async () => {
    const service = await serviceOf({ rooms: 'members' });
    await post(service, '/rooms?userId=kim', { id: 'r', kind: 'private' });
    await post(service, '/rooms/r/members/lee?userId=kim', {}, 'PUT');
    const { events } = await streamOf(service, '/rooms/r/subscribe?userId=lee');
    const others = await streamOf(service, '/rooms/r/subscribe?userId=kim');
    expect(await service.metric('stompwire_sessions')).toBe(2);
    await post(service, '/rooms/r/members/lee?userId=kim', {}, 'DELETE');
    await post(service, '/rooms/r/messages', { content: 'among us', userId: 'kim' });
    await others.events.next('message', 'among us');
    await events.end();
    expect(events.events.map(({ name }) => name)).toEqual(['error']);
    expect(await service.metric('stompwire_sessions')).toBe(1);
  });

  it('is told when to come back by a service that drains', async () => {
    const service = await serviceOf({ retryAfter: 500 });
    const { events } = await streamOf(service, '/rooms/r/subscribe?userId=lee');
    const closed = service.server.close();
    await events.end();
    await closed;
    expect(events.retry).toBeGreaterThanOrEqual(0);
    expect(events.events).toEqual([]);
  });

  it('lets a service end that has many of them', async () => {
    const service = await serviceOf();
    const streams = await Promise.all(
      Array.from({ length: 50 }, (_, n) => streamOf(service, `/rooms/r/subscribe?userId=user${n}`)),
    );
    await post(service, '/rooms/r/messages', { content: 'to all', userId: 'kim' });
    for (const { events } of streams) expect((await events.next()).data).toContain('to all');
  });
});

describe.runIf(chromium)('the EventSource of a browser', () => {
  async function browserAt(url: string) {
    const browser: Browser = await playwright.launch({ executablePath: chromium!, args: ['--no-sandbox'] });
    ends.push(() => browser.close());
    const page = await browser.newPage();
    await page.goto(url);
    return page;
  }

  it('hears a room, comes back by itself where it was, and is told why it may not', async () => {
    const service = await serviceOf({ rooms: 'members', retryAfter: 0 });
    await post(service, '/rooms?userId=kim', { id: 'r', kind: 'private' });
    await post(service, '/rooms/r/members/lee?userId=kim', {}, 'PUT');
    const page = await browserAt(`${service.addresses.http}/stompwire.json`);
    await page.evaluate(() => {
      const source = new EventSource('/api/chat/rooms/r/subscribe?userId=lee');
      const heard: string[] = [];
      const told = (name: string) => (event: Event) =>
        heard.push(`${name} ${(event as MessageEvent).data ?? ''}`);
      for (const name of ['open', 'message', 'resume', 'error']) source.addEventListener(name, told(name));
      Object.assign(globalThis, { source, heard });
    });
    const heard = (text: string) =>
      page.waitForFunction(
        (wanted) => (globalThis as unknown as { heard: string[] }).heard.some((one) => one.includes(wanted)),
        text,
      );
    const cutOff = async () => {
      const [session] = [...service.server.users.sessions()];
      const gone = once(session!.ended, 'abort');
      await service.server.users.disconnectSession(session!.id, 'for a moment');
      await gone;
    };
    await heard('open');
    await cutOff(); // before anything was said
    await post(service, '/rooms/r/messages', { content: 'first', userId: 'kim' });
    await heard('resume {"resume":"complete"}');
    await heard('"content":"first"');
    await cutOff();
    await post(service, '/rooms/r/messages', { content: 'meanwhile', userId: 'kim' });
    await heard('"content":"meanwhile"');
    await post(service, '/rooms/r/members/lee?userId=kim', {}, 'DELETE');
    await heard('"code":"no-access"');
    // it comes back once more, and is refused for good
    await page.waitForFunction(
      () => (globalThis as unknown as { source: EventSource }).source.readyState === EventSource.CLOSED,
    );
    const all = await page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
    expect(all.filter((one) => one.startsWith('message'))).toHaveLength(2);
  });

  it('shows the page to try the routes, which loads nothing from elsewhere and tries them', async () => {
    const service = await serviceOf();
    await post(service, '/rooms/lunch/messages', { content: 'hello', userId: 'kim' });
    const page = await browserAt('about:blank');
    const complaints: string[] = [];
    page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(service.addresses.http) && !request.url().startsWith('data:'))
        complaints.push(request.url());
    });
    await page.goto(`${api(service)}/docs`);
    await page.getByText('Says something in a room').waitFor();
    await page.locator('#operations-rooms-get_api_chat_rooms').click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.locator('.live-responses-table').getByText('"lunch"').first().waitFor();
    if (process.env.STOMPWIRE_TEST_PICTURES !== undefined)
      await page.screenshot({ path: `${process.env.STOMPWIRE_TEST_PICTURES}/chat-docs.png` });
    expect(complaints).toEqual([]);
  });
});
