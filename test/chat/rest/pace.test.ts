// How often somebody may write over HTTP: as over STOMP, and told when to come back.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { anonymous } from '../../../src/index.ts';
import { type Answer, chat } from './chat-api.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] }); // no time passes, however slow the machine is
});
afterEach(() => {
  vi.useRealTimers();
});

const slowly = { sendsPerSecond: 1, sendBurst: 3 };

const isRefused = ({ status, headers, body }: Answer): boolean => {
  if (status < 400) return false;
  expect(body).toMatchObject({
    status: 429,
    type: 'urn:stompwire:problem:rate-limited',
    code: 'rate-limited',
  });
  expect(headers['retry-after']).toBe('1');
  return true;
};

it('requests that change something are held to the pace of SENDs; those that read are not', async () => {
  const api = await chat(slowly, { authenticator: anonymous() });
  const asked = async (as: string): Promise<boolean[]> => {
    const said = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((content) => api.post('/rooms/r/messages', { content }, { as })),
    );
    return said.map(isRefused);
  };
  const taken = (answers: boolean[]): number => answers.filter((refused) => !refused).length;
  expect(taken(await asked('kim'))).toBe(3);
  // another name costs nothing where nobody proves one: the address counts
  expect(taken(await asked('lee'))).toBe(0);
  vi.advanceTimersByTime(2000);
  expect(taken(await asked('kim'))).toBe(2);
  expect(isRefused(await api.ask('PUT', '/rooms/r/read', { as: 'lee', body: { number: 1 } }))).toBe(true);
  expect(isRefused(await api.ask('DELETE', '/rooms/r', { as: 'lee' }))).toBe(true);
  for (let n = 0; n < 5; n++) expect((await api.get('/rooms/r/messages', { as: 'kim' })).status).toBe(200);
});

it('who proved a name is counted alone, whatever the address', async () => {
  const api = await chat(slowly);
  const say = (as: string) => api.post('/rooms', {}, { as });
  const kims = await Promise.all(Array.from({ length: 4 }, () => say('kim')));
  expect(kims.map(isRefused).sort()).toEqual([false, false, false, true]);
  expect((await say('lee')).status).toBe(201);
});

it('the pace of a room holds over HTTP, for edits and reactions too', async () => {
  const api = await chat({ roomSendsPerSecond: 1, roomSendBurst: 2 });
  const said = await api.post('/rooms/r/messages', { content: 'a' }, { as: 'kim' });
  const path = `/rooms/r/messages/${(said.body as { messageId: string }).messageId}`;
  expect((await api.ask('PATCH', path, { as: 'kim', body: { content: 'b' } })).status).toBe(200);
  const more = await Promise.all([
    api.ask('PATCH', path, { as: 'kim', body: { content: 'c' } }),
    api.ask('PUT', `${path}/reactions/%F0%9F%91%8D`, { as: 'kim' }),
    api.ask('DELETE', path, { as: 'kim' }),
    api.post('/rooms/r/messages', { content: 'x' }, { as: 'kim' }),
  ]);
  expect(more.map(isRefused)).toEqual([true, true, true, true]);
  expect((await api.post('/rooms/s/messages', { content: 'x' }, { as: 'kim' })).status).toBe(201);
});
