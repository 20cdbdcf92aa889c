// The ways in which a connection can end: in order, in the middle of something, or with an ERROR.
import type { RawClient } from '../clients/raw-client.ts';
import { RawTcp } from '../clients/raw-tcp.ts';
import { RawWebSocket } from '../clients/raw-web-socket.ts';

/** Opens a connection and ends it; done when the client has seen its end. */
export type Ending = () => Promise<unknown>;

const half = 'SEND\ndestination:/topic/x\ncontent-length:10000\n\nhalf';

async function busy(open: () => Promise<RawClient>): Promise<RawClient> {
  const client = await open();
  client.frame('CONNECT', {
    'accept-version': '1.2',
    host: 'any',
    login: 'somebody',
    'heart-beat': '1000,1000',
  });
  for (const [id, destination] of [
    '/topic/x',
    '/topic/x/*',
    '/user/queue/errors',
    '/topic/chat-room/1',
  ].entries())
    client.frame('SUBSCRIBE', { destination, id: String(id) });
  await client.confirmed('SEND', { destination: '/topic/x' }, 'x'.repeat(1000));
  return client;
}

/** Endings that both kinds of connection have. */
function shared(open: () => Promise<RawClient>): Ending[] {
  const after = (last: (client: RawClient) => unknown) => async () => {
    const client = await busy(open);
    await last(client);
    return client.ended;
  };
  return [
    after((client) => client.frame('DISCONNECT')),
    after((client) => client.confirmed('DISCONNECT').then(() => client.socket.end())),
    after((client) => client.socket.destroy()),
    after((client) => client.socket.resetAndDestroy()),
    after((client) => client.socket.write(half, () => client.socket.destroy())),
    after((client) => client.write('NONSENSE\n\n\0')),
    after((client) => client.frame('SEND', { destination: '/topic/chat-room/1' })),
    async () => {
      const silent = await open();
      silent.drop();
      return silent.ended;
    },
  ];
}

/** @param stomp - the address of TCP @param endpoint - that of WebSocket @param http - that of HTTP */
export function endingsOf(stomp: string, endpoint: string, http: string): readonly Ending[] {
  const inHandshake = (text: string) => async () => {
    const client = await RawTcp.open(http);
    client.socket.write(text, () => client.drop());
    return client.ended;
  };
  return [
    ...shared(() => RawTcp.open(stomp)),
    ...shared(() => RawWebSocket.open(endpoint)),
    inHandshake('GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: webso'),
    inHandshake(
      'GET /ws HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ),
    () => RawWebSocket.open(endpoint, { origin: 'https://evil.example' }).catch(() => {}),
    async () => {
      const client = await busy(() => RawWebSocket.open(endpoint));
      client.socket.write(Buffer.of(0x83, 0x80, 0, 0, 0, 0));
      return client.ended;
    },
  ];
}
