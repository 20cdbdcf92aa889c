// Edits, deletions and reactions over STOMP, and what is read of a room afterwards.
import { describe, expect, it } from 'vitest';
import type { TestClient } from '../../../src/testing.ts';
import { type ChatApi, chat } from '../rest/chat-api.ts';

const topic = '/topic/chat-room/r';
type Fields = Record<string, unknown>;

/** Kim's private room, with Lee as a member and Moe as a reader; each hears it. */
async function room(options: Parameters<typeof chat>[0] = {}) {
  const api = await chat({ rooms: 'members', systemMessages: 'off', ...options });
  const [kim, lee, moe] = await Promise.all(['kim', 'lee', 'moe'].map((login) => api.kit.connect({ login })));
  await kim!.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
  await kim!.send('/app/chat-room/r/invite', { user: 'lee' });
  await kim!.send('/app/chat-room/r/invite', { user: 'moe', role: 'reader' });
  const heard = await lee!.subscribe(topic);
  const next = async (): Promise<{ body: Fields; id: string }> => {
    const { body, headers } = await heard.next();
    return { body: body as Fields, id: headers['message-id']! };
  };
  const say = async (client: TestClient, content: string, more = {}) => {
    await client.send('/app/chat-room/r/send', { content, ...more });
    return next();
  };
  const change = (client: TestClient, what: string, body: object) =>
    client.send(`/app/chat-room/r/${what}`, body);
  return { api, kim: kim!, lee: lee!, moe: moe!, heard, next, say, change };
}

/** A page of the room as somebody reads it. */
async function folded(api: ChatApi, as: string, query: Record<string, string> = {}): Promise<Fields[]> {
  const { status, body } = await api.ask('GET', '/rooms/r/messages', { as, query });
  expect(status).toBe(200);
  return body as Fields[];
}

describe('an edit', () => {
  it('is a message of its own that names the original; a page shows what counts now', async () => {
    const { kim, say, change, next, api } = await room();
    const { id } = await say(kim, 'helo');
    await say(kim, 'other');
    await change(kim, 'edit', { of: id, content: 'hello' });
    expect((await next()).body).toMatchObject({
      messageType: 'EDIT',
      of: id,
      content: 'hello',
      sender: 'kim',
    });
    await change(kim, 'edit', { of: id, content: 'hello!' });
    const { number } = (await api.kit.server.history.page(topic, { limit: 1 })).messages[0]!;
    const page = await folded(api, 'lee');
    expect(page.map(({ content }) => content)).toEqual(['hello!', 'other']);
    expect(page[0]).toMatchObject({
      version: number,
      editedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      messageId: id,
    });
    expect(page[1]).not.toHaveProperty('editedAt');
  });

  it('is the author’s alone, and of the room’s own messages', async () => {
    const { kim, lee, moe, say, change } = await room();
    const { id } = await say(kim, 'mine');
    const refused = (client: TestClient, of: string) => change(client, 'edit', { of, content: 'x' });
    await expect(refused(lee, id)).rejects.toMatchObject({
      message: expect.stringContaining('only who said'),
    });
    await expect(refused(moe, id)).rejects.toMatchObject({ code: 'no-access' });
    await kim.send('/app/chat-rooms/create', { id: 's' });
    const elsewhere = await kim.subscribe('/topic/chat-room/s');
    await kim.send('/app/chat-room/s/send', { content: 'there' });
    const other = (await elsewhere.next()).headers['message-id']!;
    await expect(refused(kim, other)).rejects.toMatchObject({
      message: expect.stringContaining('no message-id of this room'),
    });
    await expect(refused(kim, `${id}9`)).rejects.toMatchObject({ code: 'bad-payload' });
    await expect(refused(kim, 'x')).rejects.toMatchObject({ code: 'bad-payload' });
    await expect(change(lee, 'delete', { of: other })).rejects.toMatchObject({ code: 'bad-payload' });
  });

  it('by two devices at once is one device’s; the other is told that the message was changed', async () => {
    const { api, kim, say, change } = await room();
    const tablet = await api.kit.connect({ login: 'kim' });
    const { id } = await say(kim, 'draft');
    const ifVersion = api.kit.server.history.numberOf(topic, id);
    const edits = await Promise.allSettled(
      [kim, tablet, kim, tablet].map((device, n) =>
        change(device, 'edit', { of: id, content: `v${n}`, ifVersion }),
      ),
    );
    expect(edits.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const edit of edits)
      if (edit.status === 'rejected')
        expect((edit.reason as Error).message).toMatch(/was changed meanwhile: its version is \d+ now/);
    const [first] = await folded(api, 'kim');
    expect(first!.content).toBe(`v${edits.findIndex(({ status }) => status === 'fulfilled')}`);
    // who knows the version goes on from there
    await change(tablet, 'edit', { of: id, content: 'last', ifVersion: first!.version });
    expect((await folded(api, 'kim'))[0]!.content).toBe('last');
    await expect(change(kim, 'edit', { of: id, content: 'late', ifVersion })).rejects.toThrow(
      /changed meanwhile/,
    );
  });

  it('whose RECEIPT was lost is confirmed when it is sent again, and made once', async () => {
    const { api, kim, say, change } = await room();
    const { id } = await say(kim, 'helo');
    const ifVersion = api.kit.server.history.numberOf(topic, id);
    const versioned = { of: id, content: 'hello', ifVersion };
    await change(kim, 'edit', versioned);
    await change(kim, 'edit', versioned);
    const keyed = () =>
      kim.send('/app/chat-room/r/edit', { of: id, content: 'hello!' }, { 'idempotency-key': 'k' });
    await keyed();
    await change(kim, 'edit', { of: String(ifVersion), content: 'other' }); // by its number as well
    await keyed();
    await change(kim, 'edit', versioned);
    expect((await folded(api, 'kim'))[0]).toMatchObject({ content: 'other' });
    expect((await api.kit.server.history.page(topic, { limit: 100 })).messages).toHaveLength(4);
    await expect(change(kim, 'edit', { ...versioned, content: 'else' })).rejects.toThrow(/changed meanwhile/);
    await expect(change(kim, 'edit', { ...versioned, ifVersion: 7 })).rejects.toThrow(/changed meanwhile/);
  });

  it('cannot be edited itself, and not for ever', async () => {
    const { kim, say, change, next } = await room();
    const { id } = await say(kim, 'one');
    await change(kim, 'edit', { of: id, content: 'two' });
    const edit = await next();
    await expect(change(kim, 'edit', { of: edit.id, content: 'x' })).rejects.toThrow(/is a change itself/);
    for (let n = 1; n < 100; n++) await change(kim, 'edit', { of: id, content: `${n}` });
    await expect(change(kim, 'edit', { of: id, content: 'x' })).rejects.toThrow(/100 times at most/);
  });
});

describe('a deletion', () => {
  it('leaves a tombstone, and of its words and its edits’ nothing', async () => {
    const { api, kim, say, change, next } = await room();
    const { id } = await say(kim, 'the secret');
    await say(kim, 'kept');
    await change(kim, 'edit', { of: id, content: 'the other secret' });
    await next();
    await change(kim, 'react', { of: id, emoji: '👍' });
    await next();
    await change(kim, 'delete', { of: id });
    expect((await next()).body).toMatchObject({ messageType: 'DELETE', of: id, content: '' });
    const page = await folded(api, 'lee');
    expect(page).toMatchObject([
      { messageId: id, content: '', tombstone: 'redacted', sender: 'kim' },
      { content: 'kept' },
    ]);
    const { messages } = await api.kit.server.history.page(topic, { limit: 100 });
    expect(messages.map(({ body }) => String(body)).join()).not.toContain('secret');
    expect((await api.kit.server.history.page(topic, { text: 'secret' })).messages).toEqual([]);
    const late = await api.kit.connect({ login: 'lee' });
    const replayed = await late.subscribe(topic, { 'resume-from': 'first' });
    const seen: unknown[] = [];
    for (let n = 0; n < 5; n++) seen.push((await replayed.next()).body);
    expect(JSON.stringify(seen)).not.toContain('secret');
    await expect(change(kim, 'edit', { of: id, content: 'back' })).rejects.toThrow(/was deleted/);
    await expect(change(kim, 'react', { of: id, emoji: '👍' })).rejects.toThrow(/was deleted/);
    await change(kim, 'delete', { of: id }); // again: nothing more to do
    expect((await folded(api, 'lee')).length).toBe(2);
  });

  it('is the author’s and the owners’', async () => {
    const { api, kim, lee, moe, say, change } = await room();
    const { id } = await say(lee, 'mine');
    await expect(change(moe, 'delete', { of: id })).rejects.toMatchObject({ code: 'no-access' });
    await change(kim, 'delete', { of: id });
    const own = await say(kim, 'owner’s').then(() => api.kit.server.history.page(topic, { limit: 1 }));
    await expect(change(lee, 'delete', { of: own.messages[0]!.messageId })).rejects.toThrow(
      /owners of the room/,
    );
  });

  it('at the time of an edit wins: nothing of the edit stays', async () => {
    const { api, kim, change } = await room();
    for (let round = 0; round < 20; round++) {
      const tablet = await api.kit.connect({ login: 'kim' });
      await kim.send('/app/chat-room/r/send', { content: `word ${round}` });
      const { messages } = await api.kit.server.history.page(topic, { limit: 1 });
      const of = messages[0]!.messageId;
      await Promise.allSettled([
        change(kim, 'edit', { of, content: `leaked ${round}` }),
        change(tablet, 'delete', { of }),
        change(kim, 'edit', { of, content: `leaked again ${round}` }),
      ]);
      await tablet.disconnect();
    }
    const all = await api.kit.server.history.page(topic, { limit: 200 });
    expect(all.messages.map(({ body }) => String(body)).join()).not.toMatch(/leaked|word/);
  });
});

describe('reactions', () => {
  it('are one of a kind for each user, and counted', async () => {
    const { api, kim, lee, say, change, next } = await room();
    const { id } = await say(kim, 'good news');
    for (const client of [kim, lee, lee]) await change(client, 'react', { of: id, emoji: '👍' });
    await change(lee, 'react', { of: id, emoji: '👨‍👩‍👧' });
    const marks = [await next(), await next(), await next()].map(
      ({ body }) => `${body.sender} ${body.emoji} ${body.on}`,
    );
    expect(marks).toEqual(['kim 👍 true', 'lee 👍 true', 'lee 👨‍👩‍👧 true']);
    expect((await folded(api, 'kim'))[0]!.reactions).toEqual([
      { emoji: '👍', count: 2, users: ['kim', 'lee'], mine: true },
      { emoji: '👨‍👩‍👧', count: 1, users: ['lee'], mine: false },
    ]);
    expect((await folded(api, 'lee'))[0]).toMatchObject({ reactions: [{ users: ['lee', 'kim'] }, {}] });
    await change(lee, 'react', { of: id, emoji: '👍', on: false });
    await change(lee, 'react', { of: id, emoji: '❤️', on: false });
    expect((await next()).body).toMatchObject({ emoji: '👍', on: false });
    expect((await folded(api, 'lee'))[0]!.reactions).toEqual([
      { emoji: '👍', count: 1, users: ['kim'], mine: false },
      { emoji: '👨‍👩‍👧', count: 1, users: ['lee'], mine: true },
    ]);
    for (const emoji of ['👍👍', 'x', '<b>', ' '])
      await expect(change(kim, 'react', { of: id, emoji })).rejects.toMatchObject({ code: 'bad-payload' });
  });
});

describe('a page of old messages', () => {
  it('shows what was changed of them long after, and skips what only changes', async () => {
    const { api, kim, say, change } = await room({ logged: ['/topic/chat-room/* count=50'] });
    const { id } = await say(kim, 'first');
    const destination = '/topic/chat-room/r';
    for (let n = 0; n < 700; n++)
      void api.kit.server.publish(destination, {
        id: `${n}`,
        content: `n${n}`,
        sender: 'lee',
        messageType: 'MESSAGE',
      });
    await change(kim, 'edit', { of: id, content: 'first, edited' });
    for (let n = 0; n < 30; n++) await change(kim, 'react', { of: id, emoji: '👍', on: n % 2 === 0 });
    const oldest = await folded(api, 'kim', { after: '0', limit: '3' });
    expect(oldest.map(({ content }) => content)).toEqual(['first, edited', 'n0', 'n1']);
    const newest = await folded(api, 'kim', { limit: '3' });
    expect(newest.map(({ content }) => content)).toEqual(['n697', 'n698', 'n699']);
  });
});
