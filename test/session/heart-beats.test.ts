// Heart-beats and time-outs of whole sessions, on a clock of the test's.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { Gate } from '../broker/gate.ts';
import { type Client, World } from './world.ts';

/** The moments at which the server wrote something, while time goes by. */
async function writesDuring(world: World, client: Client, milliseconds: number): Promise<number[]> {
  const moments: number[] = [];
  const start = world.now;
  while (world.now < start + milliseconds) {
    const before = client.connection.written.length;
    world.pass(20);
    await new Promise(setImmediate);
    if (client.connection.written.length > before) moments.push(world.now - start);
  }
  return moments;
}

describe('beats from the server', () => {
  it('come a little before each interval ends, the longer of the two that were said', async () => {
    const world = new World({ heartbeat: { send: 4000, receive: 0 } });
    const client = await world.connected({ 'heart-beat': '0,10000' });
    const sent = client.connection.sent.length;
    const moments = await writesDuring(world, client, 40_000);
    expect(moments).toHaveLength(4);
    const gaps = moments.map((moment, at) => moment - (moments[at - 1] ?? 0));
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(9540);
    for (const gap of gaps) expect(gap).toBeGreaterThan(9400);
    expect(client.connection.sent.subarray(sent)).toEqual(Buffer.from('\n\n\n\n'));
  });

  it('come in time at an interval of a tenth of a second', async () => {
    const world = new World({ heartbeat: { send: 100, receive: 0 } });
    const client = await world.connected({ 'heart-beat': '0,50' });
    const moments = await writesDuring(world, client, 2000);
    const gaps = moments.map((moment, at) => moment - (moments[at - 1] ?? 0));
    for (const gap of gaps) expect(gap).toBeLessThan(100);
    expect(moments.length).toBeGreaterThan(20);
  });

  it('are not needed while something else is sent', async () => {
    const world = new World({ heartbeat: { send: 1000, receive: 0 } });
    const client = await world.connected({ 'heart-beat': '0,1000' });
    client.say('SUBSCRIBE', { id: '0', destination: '/topic/a' });
    for (let i = 0; i < 20; i++) {
      client.say('SEND', { destination: '/topic/a' });
      expect(await writesDuring(world, client, 500)).toEqual([20]);
    }
  });

  it.each([[{ 'heart-beat': '0,0' }], [{ 'heart-beat': '1000,0' }], [{}]])(
    'never come to a client that says %j',
    async (headers) => {
      const world = new World({ heartbeat: { send: 1000, receive: 0 } });
      const client = await world.connected(headers as Record<string, string>);
      expect(await writesDuring(world, client, 10_000)).toEqual([]);
      expect(world.wheel.size).toBe(0);
    },
  );

  it('go on after a time in which the client did not read', async () => {
    const world = new World({ heartbeat: { send: 1000, receive: 0 }, outboxTime: 60_000 });
    const client = await world.connected({ 'heart-beat': '0,1000' });
    client.connection.stop();
    await writesDuring(world, client, 5000);
    expect(client.connection.unsent).toBe(1);
    client.connection.read();
    const moments = await writesDuring(world, client, 5000);
    expect(moments[0]).toBeLessThanOrEqual(1000);
    expect(moments.length).toBeGreaterThan(4);
  });

  it('do not come before CONNECTED, nor after the close', async () => {
    const world = new World({ heartbeat: { send: 1000, receive: 0 }, closeTimeout: 60_000 });
    const client = world.client();
    world.pass(5000);
    expect(client.connection.written).toEqual([]);
    client.say('CONNECT', { 'accept-version': '1.2', 'heart-beat': '0,1000' });
    await client.hears('CONNECTED');
    client.session.close(1001, '');
    expect(await writesDuring(world, client, 5000)).toEqual([]);
  });
});

describe('beats from the client', () => {
  const silent = { heartbeat: { send: 0, receive: 1000 }, heartbeatGrace: 3 };

  it('may be missed for three intervals, and not longer', async () => {
    const world = new World(silent);
    const client = await world.connected({ 'heart-beat': '2000,0' });
    world.pass(5900);
    expect(client.connection.closes).toEqual([]);
    world.pass(200);
    expect(await client.ended()).toMatchObject({ code: 'heart-beat-timeout', close: 1002 });
  });

  it('are an end of line, or any byte at all', async () => {
    const world = new World(silent);
    const client = await world.connected({ 'heart-beat': '1000,0' });
    for (let i = 0; i < 10; i++) {
      world.pass(2900);
      client.sayRaw(i % 2 ? '\n' : 'SEND\ndestination:/topic/a\n\n\0');
    }
    expect(client.connection.closes).toEqual([]);
  });

  it('are not waited for where nobody promised them', async () => {
    const world = new World(silent);
    const client = await world.connected({ 'heart-beat': '0,1000' });
    world.pass(600_000);
    expect(client.connection.closes).toEqual([]);
  });

  it('are not missed while we do not read, and are again when we do', async () => {
    const world = new World({ ...silent, waitingBytes: 10 });
    const gate = new Gate();
    world.app.message('/slow', {}, () => gate.opened);
    const client = await world.connected({ 'heart-beat': '1000,0' });
    for (let i = 0; i < 2; i++) client.say('SEND', { destination: '/app/slow' });
    expect(client.connection.paused).toBe(true);
    world.pass(60_000);
    expect(client.connection.closes).toEqual([]);
    gate.resolve();
    await world.settled();
    expect(client.connection.paused).toBe(false);
    world.pass(2900);
    expect(client.connection.closes).toEqual([]);
    world.pass(200);
    expect(client.connection.closes).toMatchObject([{ code: 1002 }]);
  });
});

describe('a client that connects', () => {
  it('has connectTimeout for its CONNECT, and then all the time in the world', async () => {
    const world = new World({ connectTimeout: 3000, heartbeat: { send: 0, receive: 0 } });
    const [silent, fine] = [world.client(), world.client()];
    world.pass(2900);
    fine.say('CONNECT', { 'accept-version': '1.2' });
    world.pass(200);
    expect(await silent.ended()).toMatchObject({ code: 'connect-timeout', close: 1002 });
    world.pass(600_000);
    expect(fine.connection.closes).toEqual([]);
  });

  it('is not saved from it by heart-beats', async () => {
    const world = new World({ connectTimeout: 3000 });
    const client = world.client();
    for (let i = 0; i < 4; i++) {
      world.pass(900);
      client.sayRaw('\n');
    }
    expect(client.connection.closes).toMatchObject([{ code: 1002 }]);
  });
});

describe('a frame that was begun', () => {
  const options = { frameTimeout: 5000, heartbeat: { send: 0, receive: 0 } };

  it('has frameTimeout to be finished, a byte a second or not', async () => {
    const world = new World(options);
    const client = await world.connected();
    for (const byte of 'SEND\n') {
      client.sayRaw(byte);
      world.pass(900);
    }
    expect(client.connection.closes).toEqual([]);
    client.sayRaw('d');
    world.pass(900);
    expect(await client.ended()).toMatchObject({ code: 'frame-timeout', close: 1002 });
  });

  it('has it anew after each frame that was finished', async () => {
    const world = new World(options);
    const client = (await world.connected()).sayRaw('SEND\ndest');
    for (let i = 0; i < 10; i++) {
      world.pass(4000);
      client.sayRaw('ination:/topic/a\n\n\0SEND\ndest');
    }
    expect(client.connection.closes).toEqual([]);
    client.sayRaw('ination:/topic/a\n\n\0');
    world.pass(60_000);
    expect(client.connection.closes).toEqual([]);
  });

  it('does not lose its time to a handler that is waited for', async () => {
    const world = new World(options);
    const gate = new Gate();
    world.app.message('/slow', {}, () => gate.opened);
    const client = await world.connected();
    client.sayRaw('SEND\ndestination:/app/slow\n\n\0SEND\n');
    world.pass(60_000);
    expect(client.connection.closes).toEqual([]);
    gate.resolve();
    await world.settled();
    world.pass(4900);
    expect(client.connection.closes).toEqual([]);
    world.pass(200);
    expect(client.connection.closes).toMatchObject([{ code: 1002 }]);
  });

  it('is none when only heart-beats came', async () => {
    const world = new World(options);
    const client = (await world.connected()).sayRaw('\n\r\n');
    world.pass(60_000);
    expect(client.connection.closes).toEqual([]);
  });
});
