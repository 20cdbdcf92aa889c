// Messages until their RECEIPT: in order, again under the same key, bounded, and told why not.
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ClientError,
  type ClientOptions,
  type SendOptions,
  type StompwireClient,
} from '../../src/client/index.ts';
import { ScriptedServer } from './scripted-server.ts';

const to = '/app/chat-room/7/send';
let server: ScriptedServer;
beforeEach(() => {
  server = new ScriptedServer();
});

/** Sends, and keeps what became of it. */
function send(client: StompwireClient, body: string, options?: SendOptions): { ended?: string } {
  const fate: { ended?: string } = {};
  client.send(to, body, options).then(
    () => {
      fate.ended = 'confirmed';
    },
    ({ code, mayHaveArrived }: ClientError) => {
      fate.ended = mayHaveArrived ? `${code}, perhaps` : code;
    },
  );
  return fate;
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const bodies = (): unknown[] => server.newest.sent.map(({ body }) => body);
const online = (options?: ClientOptions): StompwireClient => {
  const client = server.client(options);
  server.open();
  return client;
};

describe('a message', () => {
  it('carries its key, its level and the headers given, and resolves with its RECEIPT', async () => {
    const sent = online().send(to, 'hi', {
      receiptLevel: 'stored',
      headers: { 'content-type': 'text/plain' },
    });
    expect(server.newest.sent).toEqual([
      {
        destination: to,
        body: 'hi',
        headers: {
          'content-type': 'text/plain',
          'idempotency-key': 'key-1',
          receipt: 'key-1',
          'receipt-level': 'stored',
        },
      },
    ]);
    server.newest.receipt('key-1', { more: 'x' });
    expect(await sent).toEqual({ 'receipt-id': 'key-1', more: 'x' });
    expect(server.timers).toEqual([]);
  });

  it('written without a connection is sent when there is one, in order, before what comes later', () => {
    const client = server.client();
    send(client, 'one');
    send(client, 'two');
    server.open();
    send(client, 'three');
    expect(bodies()).toEqual(['one', 'two', 'three']);
  });

  it('without a RECEIPT is sent again after a loss, under its key, before what was written meanwhile', async () => {
    const client = online();
    const [one, two] = [send(client, 'one'), send(client, 'two')];
    server.newest.receipt('key-1');
    server.newest.end();
    const three = send(client, 'three');
    server.ringUntilConnecting();
    server.open();
    expect(server.newest.sent.map(({ body, headers }) => [body, headers['idempotency-key']])).toEqual([
      ['two', 'key-2'],
      ['three', 'key-3'],
    ]);
    server.newest.receipt('key-2');
    await settled();
    expect([one.ended, two.ended, three.ended]).toEqual(['confirmed', 'confirmed', undefined]);
  });

  it('is not sent again where the server knows no keys, unless it never left', async () => {
    const client = online({ idempotent: false });
    const sent = send(client, 'one');
    server.newest.end();
    const waiting = send(client, 'two');
    server.ringUntilConnecting();
    server.open();
    await settled();
    expect([sent.ended, waiting.ended]).toEqual(['unconfirmed, perhaps', undefined]);
    expect(bodies()).toEqual(['two']);
  });

  it('of an earlier page load goes on under its key, no longer than it may', async () => {
    const client = online();
    server.time = 1_000;
    const fate = send(client, 'one', { key: 'mine', since: 400 });
    expect(server.newest.sent[0]?.headers['idempotency-key']).toBe('mine');
    await expect(client.send(to, 'one', { key: 'mine', since: 400 })).rejects.toThrow(/mine/);
    server.ring();
    expect(server.time).toBe(400 + 9 * 60_000);
    await settled();
    expect(fate.ended).toBe('expired, perhaps');
  });
});

describe('a message that is refused', () => {
  it('on the error queue rejects with what the server says, and is over', async () => {
    const errors: string[] = [];
    const client = online({ onServerError: ({ code }) => errors.push(code) });
    const sent = client.send(to, 'bad');
    server.newest.tell('bad-payload', { 'receipt-id': 'key-1', 'retry-after': '70' });
    await expect(sent).rejects.toMatchObject({
      code: 'bad-payload',
      message: 'it is bad-payload',
      retryAfter: 70,
      mayHaveArrived: false,
    });
    server.newest.tell('no-handler', {});
    expect(errors).toEqual(['no-handler']);
    server.reopen();
    expect(bodies()).toEqual([]);
  });

  it('by an ERROR that names it is not sent again', async () => {
    const client = online();
    const [bad, good] = [send(client, 'bad'), send(client, 'good')];
    server.newest.events.refused('key-1', new ClientError('internal', 'it broke'));
    server.newest.end(1011, new ClientError('internal', 'it broke'));
    await settled();
    expect([bad.ended, good.ended]).toEqual(['internal', undefined]);
    server.ringUntilConnecting();
    server.open();
    expect(bodies()).toEqual(['good']);
  });

  it('by an ERROR for a frame too large that can name none is the largest', async () => {
    const client = online();
    const fates = ['small', 'much too large', 'small too'].map((body) => send(client, body));
    server.newest.end(1009, new ClientError('frame-too-large', 'it is too large'));
    await settled();
    expect(fates.map(({ ended }) => ended)).toEqual([undefined, 'frame-too-large', undefined]);
  });
});

describe('the queue', () => {
  it('is bounded by count', async () => {
    const client = server.client({ queue: { count: 2 } });
    const fates = ['one', 'two', 'three'].map((body) => send(client, body));
    await settled();
    expect(fates.map(({ ended }) => ended)).toEqual([undefined, undefined, 'queue-full']);
    server.open();
    expect(bodies()).toEqual(['one', 'two']);
  });

  it('is bounded by age, which counts for each by itself', async () => {
    const client = server.client({ queue: { age: 500 } });
    const one = send(client, 'one');
    server.time = 300;
    const two = send(client, 'two');
    server.ring();
    await settled();
    expect([server.time, one.ended, two.ended]).toEqual([500, 'expired', undefined]);
    server.ring();
    await settled();
    expect([server.time, two.ended]).toEqual([800, 'expired']);
  });

  it('is emptied when the client is deactivated', async () => {
    const client = online();
    const sent = send(client, 'one');
    await client.deactivate();
    await settled();
    expect(sent.ended).toBe('closed, perhaps');
    expect(server.timers).toEqual([]);
  });
});
