// A room whose log was filled before anybody used the room, as by an import: its pages show what was changed there.
import { afterEach, expect, it } from 'vitest';
import { ChatApi } from '../rest/chat-api.ts';

let api: ChatApi;
afterEach(() => api.close());

it('shows what was changed in it from its first page on, and after it is used', async () => {
  api = await ChatApi.start({ rooms: 'open' });
  const topic = '/topic/chat-room/old';
  const said = (content: string, more = {}) => ({
    ...{ id: content, roomId: 'old', sender: 'kim', content, sentAt: '2026-01-01T00:00:00.000Z' },
    ...{ messageType: 'MESSAGE', ...more },
  });
  const { server } = api.kit;
  const { messageId: of } = await server.publish(topic, said('helo'), { sender: 'kim' });
  for (let n = 0; n < 1200; n++) void server.publish(topic, said(`${n}`));
  await server.publish(topic, said('hello', { messageType: 'EDIT', of }), { sender: 'kim' });
  const first = async () =>
    (await api.get('/rooms/old/messages', { as: 'kim', query: { after: '0', limit: '1' } })).body;
  expect(await first()).toMatchObject([{ content: 'hello', messageId: of }]);
  expect((await api.get('/rooms/old')).status).toBe(200);
  await api.post('/rooms/old/messages', { content: 'new' }, { as: 'kim' });
  expect(await first()).toMatchObject([{ content: 'hello' }]);
});

it('is read page by page with all that was changed, each message once, in few looks', async () => {
  api = await ChatApi.start({ rooms: 'open', logged: ['/topic/chat-room/* count=20'] });
  const { server } = api.kit;
  const topic = '/topic/chat-room/r';
  const ids: string[] = [];
  const said = async (content: string, more: object = {}) => {
    const message = {
      id: `${ids.length}`,
      roomId: 'r',
      sender: 'kim',
      content,
      sentAt: 'x',
      messageType: 'MESSAGE',
    };
    return (await server.publish(topic, { ...message, ...more }, { sender: 'kim' })).messageId!;
  };
  for (let n = 0; n < 120; n++) {
    ids.push(await said(`${n}`));
    if (n % 7 === 3) await said(`${n - 1} edited`, { messageType: 'EDIT', of: ids[n - 1] });
    // and a stretch of nothing but changes
    if (n === 60)
      for (let m = 0; m < 40; m++) await said('', { messageType: 'REACTION', of: ids[5], emoji: '👍' });
  }
  let looks = 0;
  const page = server.history.page.bind(server.history);
  await api.get('/rooms/r/messages', { as: 'kim' });
  server.history.page = (...asked) => {
    looks++;
    return page(...asked);
  };
  const wanted = ids.map((_, n) => (n % 7 === 2 && n < 119 ? `${n} edited` : `${n}`));
  for (const after of [undefined, '0']) {
    const walked: string[][] = [];
    let path: string | undefined =
      `/rooms/r/messages?limit=10${after === undefined ? '' : `&after=${after}`}`;
    for (looks = 0; path !== undefined; ) {
      const { body, headers } = await api.get(path, { as: 'kim' });
      walked.push((body as { content: string }[]).map(({ content }) => content));
      path = /<\/api\/chat([^>]*)>; rel="next"/.exec(headers.link ?? '')?.[1];
    }
    expect(walked.map(({ length }) => length)).toEqual(Array(12).fill(10));
    expect((after === undefined ? walked.reverse() : walked).flat()).toEqual(wanted);
    expect(looks).toBeLessThan(40);
  }
});

it('is looked through once: a page is read from the log alone, and of what nobody said nothing is made', async () => {
  api = await ChatApi.start({ rooms: 'open' });
  const { server } = api.kit;
  expect(await api.get('/rooms/none/messages', { as: 'kim' })).toMatchObject({ body: [] });
  expect((await api.get('/rooms/none')).status).toBe(404);
  for (let n = 0; n < 600; n++) void server.publish('/topic/chat-room/r', `${n}`);
  await api.get('/rooms/r/messages', { as: 'kim' });
  let pages = 0;
  const page = server.history.page.bind(server.history);
  server.history.page = (...asked) => {
    pages++;
    return page(...asked);
  };
  for (let n = 0; n < 5; n++) await api.get('/rooms/r/messages', { as: 'kim' });
  expect(pages).toBe(5);
  await api.post('/rooms/r/messages', { content: 'x' }, { as: 'kim' });
  await api.get('/rooms/r/messages', { as: 'kim' });
  expect(pages).toBe(7); // what was said since is looked at, once
});
