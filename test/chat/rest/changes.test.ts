// One message over HTTP: read, edited by several devices, deleted, marked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShownMessage } from '../../../src/chat/rest/shown-message.ts';
import { type Answer, ChatApi } from './chat-api.ts';

const kim = { as: 'kim' };
let api: ChatApi;
let rooms = 0;

beforeAll(async () => {
  api = await ChatApi.start({ rooms: 'members', systemMessages: 'off' });
});
afterAll(() => api.close());

/** A private room of Kim's, with Lee as a member and Moe as a reader; Kim has said something. */
async function room() {
  const id = `r${++rooms}`;
  await api.post('/rooms', { id, kind: 'private' }, kim);
  await api.ask('PUT', `/rooms/${id}/members/lee`, { ...kim, body: {} });
  await api.ask('PUT', `/rooms/${id}/members/moe`, { ...kim, body: { role: 'reader' } });
  const all = `/rooms/${id}/messages`;
  const said = async (content: string, as = 'kim', more = {}) =>
    (await api.post(all, { content, ...more }, { as })).body as ShownMessage;
  const message = await said('helo');
  const path = `${all}/${message.messageId}`;
  const edit = (content: string, headers: Record<string, string> = {}, more = {}) =>
    api.ask('PATCH', path, { ...kim, body: { content, ...more }, headers });
  const topic = `/topic/chat-room/${id}`;
  const log = async () => (await api.kit.server.history.page(topic, { limit: 100 })).messages;
  return { message, path, all, edit, said, topic, log };
}

const problem = ({ status, headers, body }: Answer): string => {
  expect(headers['content-type']).toContain('application/problem+json');
  return `${status} ${(body as { type: string }).type.replace('urn:stompwire:problem:', '')}`;
};

describe('an edit over HTTP', () => {
  it('is what an edit over STOMP is: heard by all, and shown in pages', async () => {
    const { message, path, all, edit, topic, log } = await room();
    const lee = await api.kit.connect({ login: 'lee' });
    const heard = await lee.subscribe(topic);
    const answer = await edit('hello');
    const { body } = await heard.next();
    expect(body).toMatchObject({
      messageType: 'EDIT',
      of: message.messageId,
      content: 'hello',
      sender: 'kim',
    });
    const version = (await log())[0]!.number;
    expect(answer).toMatchObject({ status: 200, headers: { etag: `"${version}"` } });
    const { id, messageId, number } = message;
    const shown = { id, messageId, number, version, content: 'hello', editedAt: expect.stringMatching(/Z$/) };
    expect(answer.body).toMatchObject(shown);
    for (const name of [messageId, String(number)]) {
      const one = await api.get(`${all}/${name}`, { as: 'moe' });
      expect(one).toMatchObject({ status: 200, headers: { etag: `"${version}"` }, body: answer.body });
    }
    expect((await api.get(all, kim)).body).toEqual([answer.body]);
    expect((await api.get(path, kim)).body).toEqual(answer.body);
  });

  it('of two devices at once is one device’s; the other is told 412, or 409, and the version', async () => {
    const { path, message, edit } = await room();
    const { headers } = await api.get(path, kim);
    expect(headers.etag).toBe(`"${message.number}"`);
    const etag = { 'if-match': headers.etag! };
    const inBody = { ifVersion: message.number };
    const answers = await Promise.all([
      ...['a', 'b', 'c'].map((content) => edit(content, etag)),
      ...['d', 'e', 'f'].map((content) => edit(content, {}, inBody)),
    ]);
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    const [won] = winners;
    const { version, content } = won!.body as ShownMessage;
    for (const [at, answer] of answers.entries()) {
      if (answer === won) continue;
      expect(problem(answer)).toBe(at < 3 ? '412 precondition-failed' : '409 message-changed');
      expect(answer.body).toMatchObject({ version, detail: expect.stringContaining(`is ${version} now`) });
    }
    expect((await api.get(path, kim)).body).toMatchObject({ content, version });
    expect((await edit('next', { 'if-match': `"${version}"` })).status).toBe(200);
    expect(problem(await edit('late', { 'if-match': `"${version}"` }))).toBe('412 precondition-failed');
    expect((await edit('whatever is there', { 'if-match': '*' })).status).toBe(200);
    for (const bad of ['W/"1"', '1', '"1", "2"', '"x"', ''])
      expect(problem(await edit('x', { 'if-match': bad })), bad).toBe('400 bad-request');
  });

  it('whose answer was lost is answered again as it was, whatever came since', async () => {
    const { message, all, edit, log } = await room();
    const known = { 'if-match': `"${message.number}"` };
    const key = { 'idempotency-key': 'k-1' };
    const first = await edit('first', known);
    expect(first.status).toBe(200);
    expect((await edit('first', known)).body).toEqual(first.body);
    const second = await edit('second', key);
    await edit('third');
    const again = [await edit('first', known), await edit('second', key)];
    expect(again.map(({ status }) => status)).toEqual([200, 200]);
    expect(again[0]!.body).toMatchObject({ content: 'first', version: (first.body as ShownMessage).version });
    expect(again[1]!.body).toMatchObject({
      content: 'second',
      version: (second.body as ShownMessage).version,
    });
    expect((await api.get(all, kim)).body).toMatchObject([{ content: 'third' }]);
    expect(problem(await edit('other words', known))).toBe('412 precondition-failed');
    // nothing of this was said twice
    expect(await log()).toHaveLength(4);
  });

  it('is the author’s, in this room, of a message that there is', async () => {
    const { path, all, message } = await room();
    await api.post('/rooms', { id: 's' }, kim);
    const other = (await api.post('/rooms/s/messages', { content: 'there' }, kim)).body as ShownMessage;
    const edit = (at: string, as: string, content: unknown = 'x') =>
      api.ask('PATCH', at, { as, body: { content } });
    expect(problem(await edit(path, 'lee'))).toBe('403 no-access');
    expect(problem(await edit(path, 'moe'))).toBe('403 no-access');
    expect(problem(await edit(path, 'eve'))).toBe('404 no-such-room');
    expect(problem(await edit(path, 'kim', ''))).toBe('400 bad-request');
    const names = [other.messageId, message.id, `${message.number + 1}`, '0', '9'.repeat(20), 'x', '%00'];
    for (const name of names)
      for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
        const asked = { ...kim, ...(method === 'PATCH' && { body: { content: 'x' } }) };
        const answer = await api.ask(method, `${all}/${name}`, asked);
        expect(problem(answer), `${method} ${name}`).toBe('404 no-such-message');
      }
    expect((await api.get(path, kim)).body).toMatchObject({ content: 'helo' });
  });
});

describe('a deletion over HTTP', () => {
  it('leaves nothing of the words; done again it is done', async () => {
    const { path, all, message, edit, log } = await room();
    await edit('another secret');
    expect(problem(await api.ask('DELETE', path, { as: 'lee' }))).toBe('403 no-access');
    for (let n = 0; n < 2; n++) expect((await api.ask('DELETE', path, kim)).status).toBe(204);
    const gone = await api.get(path, { as: 'lee' });
    expect(gone.body).toMatchObject({ tombstone: 'redacted', content: '', messageId: message.messageId });
    expect((await api.get(all, kim)).body).toEqual([gone.body]);
    const messages = await log();
    expect(messages.map(({ body }) => String(body)).join()).not.toMatch(/helo|secret/);
    expect(problem(await edit('back'))).toBe('404 no-such-message');
  });
});

it('a key under which something was said is none of a change', async () => {
  const { path, all, message, log } = await room();
  const keyed = { ...kim, headers: { 'idempotency-key': `delete ${message.number}` } };
  await api.post(all, { content: 'two' }, keyed);
  expect((await api.ask('DELETE', path, kim)).status).toBe(204);
  expect(String((await log())[0]!.body)).toContain('DELETE'); // everybody hears of it
});

describe('a reaction over HTTP', () => {
  it('is put and taken away, however often; any emoji that there is', async () => {
    const { path } = await room();
    const at = (emoji: string) => `${path}/reactions/${encodeURIComponent(emoji)}`;
    const marks = async (as: string) => ((await api.get(path, { as })).body as ShownMessage).reactions;
    const long = '👩🏽‍❤️‍💋‍👨🏿';
    for (const emoji of ['👍', '👍', long])
      expect((await api.ask('PUT', at(emoji), { as: 'lee' })).status).toBe(204);
    expect(await marks('lee')).toMatchObject([
      { emoji: '👍', count: 1, users: ['lee'], mine: true },
      { emoji: long, count: 1, users: ['lee'], mine: true },
    ]);
    for (let n = 0; n < 2; n++) expect((await api.ask('DELETE', at(long), { as: 'lee' })).status).toBe(204);
    expect(await marks('kim')).toMatchObject([{ emoji: '👍', count: 1, users: ['lee'], mine: false }]);
    expect((await api.ask('DELETE', at('👍'), kim)).status).toBe(204); // one's own alone
    expect(await marks('kim')).toHaveLength(1);
    for (const bad of ['x', '<b>', '👍👍', ' '])
      expect(problem(await api.ask('PUT', at(bad), kim)), bad).toBe('400 bad-request');
    expect(problem(await api.ask('PUT', at('👍'), { as: 'moe' }))).toBe('403 no-access');
    expect(problem(await api.ask('PUT', at('👍'), { as: 'eve' }))).toBe('404 no-such-room');
  });
});

it('a message shows what it answers, whom it means and what is attached', async () => {
  const { message, all, said } = await room();
  const attachments = [{ url: 'https://a.example/b.png', name: 'b', type: 'image/png', size: 7 }];
  const more = { replyTo: String(message.number), mentions: ['lee', 'nobody'], attachments };
  const answer = await said('see', 'kim', more);
  const shown = { replyTo: message.messageId, mentions: ['lee'], attachments };
  expect(answer).toMatchObject(shown);
  expect((await api.get(`${all}/${answer.number}`, kim)).body).toMatchObject(shown);
});

it('each message is answered as a page shows it, whoever said it; what only changes one is none', async () => {
  const { all, edit, topic, log, path, said } = await room();
  await edit('hello');
  const lost = await said('gone');
  await api.ask('PATCH', `${all}/${lost.number}`, { ...kim, body: { content: 'gone too' } });
  await api.ask('DELETE', `${all}/${lost.number}`, kim);
  await api.ask('PUT', `${path}/reactions/${encodeURIComponent('👍')}`, { ...kim, body: {} });
  const system = { id: 's', content: 'kim joined', messageType: 'SYSTEM', event: { what: 'joined' } };
  await api.kit.server.publish(topic, system, {});
  await api.kit.server.publish(topic, 'no message of the chat', {});
  const page = (await api.get(all, kim)).body as ShownMessage[];
  expect(page.map(({ messageType, tombstone }) => tombstone ?? messageType)).toEqual([
    ...['MESSAGE', 'redacted', 'SYSTEM', 'MESSAGE'],
  ]);
  for (const shown of page)
    for (const name of [shown.messageId, String(shown.number)])
      expect(await api.get(`${all}/${name}`, kim)).toMatchObject({ status: 200, body: shown });
  const changes = (await log()).filter(({ number }) => page.every((shown) => shown.number !== number));
  expect(changes).toHaveLength(4);
  for (const { messageId } of changes)
    expect(problem(await api.get(`${all}/${messageId}`, kim))).toBe('404 no-such-message');
});
