// The built service is killed between messages and their notifications: each is given once, and posted under one id.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Hook } from '../../servers/hook.ts';
import { RawTcp } from '../clients/raw-tcp.ts';
import { Executable } from '../executable.ts';

/** Takes what is posted. */
class Receiver extends Hook {
  readonly deliveries: string[] = [];
  readonly messages = new Map<string, string>();

  protected posted(request: IncomingMessage, body: string, response: ServerResponse): void {
    const { user, notification } = JSON.parse(body) as { user: string; notification: { messageId: string } };
    const delivery = String(request.headers['stompwire-delivery']);
    this.deliveries.push(delivery);
    if (user === 'moe') this.messages.set(notification.messageId, delivery);
    response.end();
  }
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

class Killed {
  readonly folder = mkdtempSync(join(tmpdir(), 'stompwire-notices-'));
  #process: Executable | undefined;
  http = '';
  #stomp = '';

  async start(webhookUrl: string): Promise<void> {
    const file = join(this.folder, 'options.json');
    const data = join(this.folder, 'data');
    const webhook = {
      webhookUrl,
      webhookSecret: 'a secret that is long enough for anybody',
      webhookDelay: 2000,
    };
    const options = { port: 0, stompPort: 0, data, noticesKept: 1000, logLevel: 'silent', ...webhook };
    writeFileSync(file, JSON.stringify(options));
    this.#process = new Executable(['serve', '--config', file]);
    const addresses = await this.#process.addresses();
    this.http = addresses.find((one) => one.startsWith('http'))!;
    this.#stomp = addresses.find((one) => one.startsWith('stomp'))!;
  }

  async client(login: string): Promise<RawTcp> {
    const client = await RawTcp.open(this.#stomp);
    ends.push(() => client.drop());
    await client.connect({ login });
    return client;
  }

  async kill(): Promise<void> {
    this.#process?.signal('SIGKILL');
    await this.#process?.ended;
  }

  async ids(): Promise<string[]> {
    const answer = await fetch(`${this.http}/api/chat/rooms/r/messages?userId=kim&limit=200`);
    const messages = (await answer.json()) as { messageId: string }[];
    return messages.map(({ messageId }) => messageId).sort();
  }
}

it('each message that is stored is notified of once, though the service is killed before', async () => {
  const receiver = new Receiver();
  const url = await receiver.start();
  ends.push(() => receiver.stop());
  const service = new Killed();
  ends.push(() => rmSync(service.folder, { recursive: true, force: true }));
  ends.push(() => service.kill());
  await service.start(url);
  for (const login of ['kim', 'lee', 'moe']) {
    const member = await service.client(login);
    await member.confirmed('SEND', { destination: '/app/chat-room/r/join' }, '{}');
    if (login !== 'kim') member.drop();
  }
  for (const burst of [1, 2]) {
    const kim = await service.client('kim');
    const stored = { destination: '/app/chat-room/r/send', 'receipt-level': 'stored' };
    for (let at = 0; at < 60; at++) {
      const body = JSON.stringify({ content: `${burst}/${at}` });
      kim.frame('SEND', { ...stored, receipt: `r${at}` }, body);
    }
    await kim.next('RECEIPT', ({ headers }) => headers['receipt-id'] === `r${burst * 15}`);
    await service.kill();
    await service.start(url);
  }
  const said = await service.ids();
  expect(said.length).toBeGreaterThanOrEqual(15 + 30);
  const lee = await service.client('lee');
  const heard: string[] = [];
  const all = new Promise<void>((resolve) => {
    lee.onMessage = ({ body }) => {
      heard.push((JSON.parse(String(body)) as { messageId: string }).messageId);
      if (new Set(heard).size >= said.length) resolve();
    };
  });
  await lee.subscribe('/user/queue/notifications', 'notes');
  await all;
  expect(heard.toSorted()).toEqual(said);
  await receiver.until(() => receiver.messages.size >= said.length);
  expect([...receiver.messages.keys()].sort()).toEqual(said);
  for (const [messageId, delivery] of receiver.messages) expect(delivery).toBe(`${messageId}/moe`);
}, 120_000);
