// What is TCP's own in its transport: half-open clients, and handshakes that are under way at the end.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { TcpTransport } from '../../src/transport/tcp.ts';
import { Recorder } from '../contracts/transport-sides.ts';
import { makeCertificate } from '../e2e/certificate.ts';
import { requires } from '../servers/requires.ts';

const openssl = requires('openssl');
const host = '127.0.0.1';
let transport: TcpTransport;
let client: Socket;
let accepted: Recorder[] = [];

/** Starts the transport. @returns its port and the first connection */
async function start(onAccept: (recorder: Recorder) => void = () => {}) {
  let resolve: (recorder: Recorder) => void;
  const first = new Promise<Recorder>((taken) => {
    resolve = taken;
  });
  await transport.start((connection, handshake) => {
    const recorder = new Recorder(connection, handshake);
    accepted.push(recorder);
    onAccept(recorder);
    resolve(recorder);
    return recorder;
  });
  return { port: Number(new URL(transport.addresses[0]!).port), first };
}

afterEach(async () => {
  await transport.stop();
  client.destroy();
  for (const { connection } of accepted) connection.destroy();
  accepted = [];
});

describe('a TCP connection', () => {
  it('knows its peer, and no handshake', async () => {
    transport = new TcpTransport({ host, port: 0 });
    const { port, first } = await start();
    client = connect(port, host);
    const { connection, handshake } = await first;
    expect(connection.peer).toEqual({ transport: 'tcp', address: host, secure: false });
    expect(handshake).toBeUndefined();
    expect(transport.addresses).toEqual([`stomp://${host}:${port}`]);
  });

  it('reads and drops what a client still sends after our close, so that it is not reset', async () => {
    transport = new TcpTransport({ host, port: 0 });
    const { port, first } = await start(({ connection }) => {
      connection.write(Buffer.from('ERROR'));
      connection.close(1002, 'protocol');
    });
    client = connect({ host, port, allowHalfOpen: true });
    let heard = '';
    client.on('data', (chunk) => {
      heard += chunk.toString();
    });
    await once(client, 'end');
    client.write(Buffer.alloc(1024 * 1024));
    client.end();
    const server = await first;
    await server.until(() => server.ends.length === 1);
    expect({ heard, chunks: server.chunks, ends: server.ends }).toEqual({
      heard: 'ERROR',
      chunks: [],
      ends: [{ code: 1000, reason: '' }],
    });
  });
});

describe.runIf(openssl)('a TCP connection over TLS', () => {
  it('is not accepted when its handshake ends after stop', async () => {
    const { ca: cert, tlsKey, remove } = makeCertificate(openssl!);
    transport = new TcpTransport({ host, port: 0, tls: { cert, key: readFileSync(tlsKey, 'utf8') } });
    remove();
    const { port, first } = await start();
    const waiting = connect(port, host);
    await once(waiting, 'connect');
    // this one came later and is served: the one before it is in the server's hands
    client = connectTls({ port, host, ca: cert });
    await first;
    await transport.stop();
    const late = connectTls({ socket: waiting, host, ca: cert });
    late.on('error', () => {});
    await once(late, 'close');
    expect(accepted).toHaveLength(1);
  });
});
