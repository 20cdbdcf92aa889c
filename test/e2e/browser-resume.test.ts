// The chat page in a real Chromium over a line that breaks: nothing is missed, nothing is doubled, nothing is out of order.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocketRoute } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requires } from '../servers/requires.ts';
import type { Person } from './people.ts';
import { setStage } from './stage.ts';

const chromium = requires('chromium');

/** What a page makes of a close that comes from no service, but need not try another way for. */
const cutOff = 4000;

/** The line between one page and the service, which a test cuts and mends. */
class Line {
  isUp = true;
  losesReceipts = false;
  #sockets: WebSocketRoute[] = [];

  /** Somebody who is online, over a line like this. */
  async to(person: Person, name: string): Promise<Person> {
    await person.page.routeWebSocket('**/ws', (socket) => this.#connect(socket));
    await person.page.reload();
    await person.signIn(name);
    return person;
  }

  async cut(): Promise<void> {
    this.isUp = false;
    await Promise.all(this.#sockets.splice(0).map((socket) => socket.close({ code: cutOff })));
  }

  #connect(socket: WebSocketRoute): void {
    if (!this.isUp) return void socket.close({ code: cutOff });
    const server = socket.connectToServer();
    this.#sockets.push(socket, server);
    server.onMessage((frame) => {
      if (!(this.losesReceipts && String(frame).startsWith('RECEIPT'))) socket.send(frame);
    });
  }
}

const texts = (person: Person): Promise<string[]> => person.page.locator('.bubble').allTextContents();
const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `message ${from + at}`);

describe.runIf(chromium)('the chat page, over a line that breaks', () => {
  // what is seen is stored, so that a kill takes nothing that anybody saw
  const saved = ['--logged', '/topic/chat-room/* deliver=stored'];
  let data: string;
  // before the stage is set, which starts the service
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'stompwire-page-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));
  const stage = setStage(chromium, () => ['--data', data, ...saved]);

  const says = async (person: Person, ...what: string[]): Promise<void> => {
    for (const text of what) await person.say(text);
  };

  it('shows all that came while it was cut off, once and in order', async () => {
    const ann = await stage.enter('Ann');
    const line = new Line();
    const bob = await line.to(await stage.open(), 'Bob');
    await says(ann, ...numbered(1, 5));
    await line.cut();
    await says(ann, ...numbered(6, 10));
    await bob.page.getByText('Connection lost.').waitFor();
    line.isUp = true;
    await says(ann, ...numbered(11, 15));
    await bob.isOnline();
    await says(ann, 'the end');
    await bob.sees('the end');
    expect(await texts(bob)).toEqual([...numbered(1, 15), 'the end']);
    expect(await bob.page.getByText('Messages may be missing here').count()).toBe(0);
    await stage.picture(bob, 'resumed');
  });

  it('shows what was said before to who joins later, above the note that they did', async () => {
    const ann = await stage.enter('Ann');
    await says(ann, ...numbered(1, 3));
    await ann.page.locator('.message[data-delivery=delivered]').nth(2).waitFor();
    const bob = await stage.enter('Bob');
    await bob.sees('message 3');
    await says(bob, 'hello');
    await bob.sees('hello');
    const lines = await bob.page.locator('.bubble, .note-line').allTextContents();
    expect(lines).toEqual([...numbered(1, 3), expect.stringMatching(/^You joined/), 'hello']);
    expect(await bob.page.locator('.unread-line').count()).toBe(0);
    await bob.page.reload();
    await bob.sees('hello');
    expect(await texts(bob)).toEqual([...numbered(1, 3), 'hello']);
  });

  it('sends once what it could not see confirmed, over a new connection and a reload', async () => {
    const bob = await stage.enter('Bob');
    const line = new Line();
    const ann = await line.to(await stage.open(), 'Ann');
    line.losesReceipts = true;
    await ann.say('confirmed late');
    await bob.sees('confirmed late');
    await line.cut();
    line.losesReceipts = false;
    await ann.say('written offline');
    await ann.page.getByText('Waiting for the connection').first().waitFor();
    await ann.page.reload();
    await ann.page.getByText('Waiting for the connection').first().waitFor();
    await stage.picture(ann, 'waiting-after-reload');
    line.isUp = true;
    await bob.sees('written offline');
    await ann.page.locator('.message[data-delivery=delivered]').nth(1).waitFor();
    await says(ann, 'the end');
    await bob.sees('the end');
    await ann.sees('the end');
    const all = ['confirmed late', 'written offline', 'the end'];
    expect(await texts(bob)).toEqual(all);
    await ann.page.locator('.message[data-delivery=delivered]').nth(2).waitFor();
    expect(await texts(ann)).toEqual(all);
  });

  it('survives a service that is killed: what was said is there, what is said meanwhile comes once', async () => {
    const ann = await stage.enter('Ann');
    const bob = await stage.enter('Bob');
    await says(ann, ...numbered(1, 3));
    await bob.sees('message 3');
    await ann.page.locator('.message[data-delivery=delivered]').nth(2).waitFor();
    await stage.killService();
    await ann.page.getByText('Connection lost.').waitFor();
    await says(ann, ...numbered(4, 6));
    await stage.restartService();
    await bob.sees('message 6');
    await ann.page.locator('.message[data-delivery=delivered]').nth(5).waitFor();
    for (const person of [ann, bob]) {
      expect(await texts(person)).toEqual(numbered(1, 6));
      expect(await person.page.getByText('Messages may be missing here').count()).toBe(0);
    }
    const cleo = await stage.enter('Cleo');
    await cleo.sees('message 6');
    expect(await texts(cleo)).toEqual(numbered(1, 6));
    await stage.picture(bob, 'after-a-kill');
  });
});
