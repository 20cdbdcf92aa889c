// The contract of the transport port: one suite for every kind of transport.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { wrap } from '../../src/transport/framing.ts';
import type { Accept, Transport } from '../../src/transport/transport.ts';
import { type Skipping, testsOf } from './skipping.ts';
import { Changing, type Client, Recorder } from './transport-sides.ts';

/** One transport that can be started, and a client for it. */
export interface OpenTransport {
  readonly transport: Transport;
  /** Starts it, and what it stands on. */
  start(accept: Accept): Promise<void>;
  /** Connects; rejects when nobody accepts. */
  connect(): Promise<Client>;
  /** Another transport for the address that this one has, not started. */
  rival(): Transport;
  close(): Promise<void>;
}

/** A kind of transport. */
export interface TransportKind extends Skipping {
  open(): Promise<OpenTransport>;
}

const piece = 64 * 1024;
/** More than the operating systems' buffers between two processes take. */
const most = 256 * 1024 * 1024;

/** Tests a kind of transport. */
export function transportContract(kind: TransportKind): void {
  describe(`the transport ${kind.name}`, () => {
    const test = testsOf(kind);
    const accepted: Recorder[] = [];
    const connections = new Changing();
    let open: OpenTransport;
    let onAccept: (recorder: Recorder) => void;

    const accept: Accept = (connection, handshake) => {
      const recorder = new Recorder(connection, handshake);
      onAccept(recorder);
      accepted.push(recorder);
      connections.changed();
      return recorder;
    };
    const pair = async (): Promise<{ client: Client; server: Recorder }> => {
      const count = accepted.length;
      const client = await open.connect();
      await connections.until(() => accepted.length > count);
      return { client, server: accepted[count]! };
    };
    /** Something goes there and back on a connection of its own: whatever was to happen has happened. */
    const roundTrip = async (): Promise<void> => {
      const { client, server } = await pair();
      client.send(Buffer.from('ping'));
      await server.until(() => server.bytes.length === 4);
      write(server, Buffer.from('pong'));
      await client.until(() => client.length === 4);
      client.close();
      await server.until(() => server.ends.length === 1);
    };

    beforeEach(async () => {
      accepted.length = 0;
      onAccept = () => {};
      open = await kind.open();
      await open.start(accept);
    });
    afterEach(async () => {
      await open.transport.stop();
      for (const { connection } of accepted) connection.destroy();
      await open.close();
    });

    test('brings bytes in their order, however they are cut', async () => {
      const { client, server } = await pair();
      const sent = Array.from({ length: 300 }, (_, i) => Buffer.alloc((i * 7) % 50, `${i};`));
      for (const bytes of sent) client.send(bytes);
      const whole = Buffer.concat(sent);
      await server.until(() => server.bytes.length >= whole.length);
      expect(server.bytes).toEqual(whole);
    });

    test('sends bytes in the order in which they were written', async () => {
      const { client, server } = await pair();
      const written = Array.from({ length: 300 }, (_, i) => Buffer.alloc(1 + i * 11, `${i};`));
      for (const bytes of written) write(server, bytes);
      const whole = Buffer.concat(written);
      await client.until(() => client.length >= whole.length);
      expect(client.heard).toEqual(whole);
    });

    test('gives connections of one kind one framing, so that framed bytes can be shared', async () => {
      const [one, other] = [await pair(), await pair()];
      expect(one.server.connection.framing).toBe(other.server.connection.framing);
      expect(one.server.connection.peer).toEqual(other.server.connection.peer);
      expect(one.server.connection.peer.address).toMatch(/^(::ffff:)?127\.0\.0\.1$/);
    });

    test('flushes before it closes: a slow client sees the last bytes and then the end', async () => {
      const { client, server } = await pair();
      client.pause();
      const written = await writeUntilStuck(server);
      write(server, Buffer.from('the last word'));
      server.connection.close(1008, 'denied');
      expect(server.ends).toEqual([]);
      client.resume();
      await client.until(() => client.ended !== undefined);
      expect(client.length).toBe(written + 13);
      expect(client.heard.subarray(-13).toString()).toBe('the last word');
      await server.until(() => server.ends.length === 1);
    });

    test('receives nothing after close', async () => {
      const { client, server } = await pair();
      server.onReceived = () => server.connection.close(1000, '');
      client.send(Buffer.from('first'));
      for (let i = 0; i < 100; i++) client.send(Buffer.alloc(piece));
      await server.until(() => server.ends.length === 1);
      expect(server.chunks).toHaveLength(1);
    });

    test('sends nothing that is written after close', async () => {
      const { client, server } = await pair();
      write(server, Buffer.from('the last word'));
      server.connection.close(1000, '');
      write(server, Buffer.from('and another'));
      await client.until(() => client.ended !== undefined);
      expect(client.heard.toString()).toBe('the last word');
      await server.until(() => server.ends.length === 1);
      expect(server.ends).toMatchObject([{ code: 1000 }]);
    });

    test('tells an orderly end once, last, and as one', async () => {
      const { client, server } = await pair();
      client.send(Buffer.from('hello'));
      client.close();
      await server.until(() => server.ends.length === 1);
      expect(server.bytes.toString()).toBe('hello');
      expect(server.ends).toMatchObject([{ code: 1000 }]);
      await roundTrip();
      expect(server).toMatchObject({ ends: { length: 1 }, late: [] });
    });

    test('tells a client that is gone without a word', async () => {
      const { client, server } = await pair();
      client.send(Buffer.from('hello'));
      await server.until(() => server.bytes.length === 5);
      client.destroy();
      await server.until(() => server.ends.length === 1);
      expect(server.ends).toMatchObject([{ code: 1006 }]);
    });

    test('tells the end once when both sides close', async () => {
      const { client, server } = await pair();
      server.connection.close(1001, 'going away');
      client.close();
      await server.until(() => server.ends.length === 1);
      await roundTrip();
      expect(server).toMatchObject({ ends: { length: 1 }, late: [] });
    });

    test('ends at once when destroyed, without flushing', async () => {
      const { client, server } = await pair();
      client.pause();
      await writeUntilStuck(server);
      const drained = server.drains.length;
      server.connection.destroy();
      await server.until(() => server.ends.length === 1);
      client.resume();
      await client.until(() => client.ended !== undefined);
      await roundTrip();
      expect(server).toMatchObject({ ends: { length: 1 }, late: [], drains: { length: drained } });
    });

    test('tells what is unsent, and when it has come back to 0', async () => {
      const { client, server } = await pair();
      client.pause();
      const first = await writeUntilStuck(server);
      const drained = server.drains.length;
      const second = Buffer.alloc(3 * piece, 'b');
      write(server, second);
      await roundTrip();
      expect(server.drains).toHaveLength(drained);
      expect(server.connection.unsent).toBeGreaterThan(0);
      client.resume();
      await client.until(() => client.length >= first + second.length);
      await server.until(() => server.drains.slice(drained).includes(0));
      expect(server.connection.unsent).toBe(0);
    });

    test('tells when it drained after every time that it was stuck', async () => {
      const { client, server } = await pair();
      for (let round = 0; round < 3; round++) {
        client.pause();
        await writeUntilStuck(server);
        const drained = server.drains.length;
        client.resume();
        await server.until(() => server.drains.slice(drained).includes(0));
      }
    });

    test('drains only when nothing is unsent', async () => {
      const { client, server } = await pair();
      client.pause();
      await writeUntilStuck(server);
      client.resume();
      await server.until(() => server.drains.length > 0);
      expect(server.drains[0]).toBe(0);
    });

    test('tells that it drained to a handler that wrote before it was known', async () => {
      onAccept = (recorder) => {
        writeUntilUnsent(recorder);
      };
      const { server } = await pair();
      await server.until(() => server.drains.includes(0));
    });

    test('brings nothing while it is paused, and all of it afterwards', async () => {
      const { client, server } = await pair();
      server.connection.pause();
      const sent = Array.from({ length: 40 }, (_, i) => Buffer.alloc(piece / 4, `${i};`));
      for (const bytes of sent) client.send(bytes);
      await roundTrip();
      expect(server.chunks).toEqual([]);
      server.connection.resume();
      const whole = Buffer.concat(sent);
      await server.until(() => server.bytes.length >= whole.length);
      expect(server.bytes.equals(whole)).toBe(true);
    });

    test('ends when it is closed while it is paused', async () => {
      const { client, server } = await pair();
      server.connection.pause();
      client.send(Buffer.alloc(piece));
      write(server, Buffer.from('sorry'));
      server.connection.close(1008, 'denied');
      await client.until(() => client.ended !== undefined);
      expect(client.heard.toString()).toBe('sorry');
      await server.until(() => server.ends.length === 1);
      expect(server.chunks).toEqual([]);
    });

    test('lets a connection be told why and closed before it was handed over', async () => {
      onAccept = (recorder) => {
        write(recorder, Buffer.from('full'));
        recorder.connection.close(1013, 'too many');
      };
      const { client, server } = await pair();
      await client.until(() => client.ended !== undefined);
      expect(client.heard.toString()).toBe('full');
      await server.until(() => server.ends.length === 1);
    });

    test('throws nothing when the connection is gone', async () => {
      const { client, server } = await pair();
      client.destroy();
      await server.until(() => server.ends.length === 1);
      const { connection } = server;
      write(server, Buffer.from('into the void'));
      connection.pause();
      connection.resume();
      connection.close(1000, '');
      connection.close(1000, '');
      connection.destroy();
      connection.destroy();
      await roundTrip();
      expect(server).toMatchObject({ ends: { length: 1 }, late: [] });
      expect(connection.peer.address).not.toBe('');
    });

    test('accepts nobody after stop, and lets those live that are there', async () => {
      const { client, server } = await pair();
      await open.transport.stop();
      await open.transport.stop();
      await expect(open.connect()).rejects.toThrow();
      expect(accepted).toHaveLength(1);
      client.send(Buffer.from('still here'));
      await server.until(() => server.bytes.toString() === 'still here');
      write(server, Buffer.from('so am I'));
      await client.until(() => client.heard.toString() === 'so am I');
    });

    test('rejects the start at an address that is taken', async () => {
      await expect(open.rival().start(accept)).rejects.toThrow(/EADDRINUSE/);
    });

    test('has addresses once it is started', async () => {
      expect(open.transport.addresses).toHaveLength(1);
      expect(new URL(open.transport.addresses[0]!).port).toMatch(/^[1-9]\d+$/);
      const { transport, close } = await kind.open();
      expect(transport.addresses).toEqual([]);
      await transport.stop();
      await close();
    });
  });
}

function write({ connection }: Recorder, bytes: Buffer): void {
  connection.write(wrap(connection.framing, bytes));
}

/** Writes until the operating system takes no more at once; over TLS it never does. @returns how much */
function writeUntilUnsent(server: Recorder): number {
  let written = 0;
  do {
    write(server, Buffer.alloc(piece, 'a'));
    written += piece;
  } while (server.connection.unsent === 0 && written < most);
  return written;
}

/** Writes until the operating system takes no more, be it at once or in the turns after. @returns how much */
async function writeUntilStuck(server: Recorder): Promise<number> {
  let written = 0;
  do {
    written += writeUntilUnsent(server);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  } while (server.connection.unsent === 0 && written < most);
  expect(server.connection.unsent).toBeGreaterThan(0);
  return written;
}
