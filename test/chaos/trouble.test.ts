// What makes the trouble of a chaos run: the gate before a server, and mishaps in the order of the seed.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';
import { Random } from './random.ts';
import { mishaps, rounds } from './trouble.ts';

describe('a gate', () => {
  const echo = async () => {
    const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return server;
  };

  it('lets through, breaks and refuses while it is shut, and lets through again', async () => {
    const server = await echo();
    const gate = await Gate.open({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    const said = async (): Promise<string> => {
      const socket = connect(gate.port, '127.0.0.1');
      socket.write('hello');
      const [data] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return String(data);
    };
    expect(await said()).toBe('hello');
    const open = connect(gate.port, '127.0.0.1');
    open.write('one');
    await once(open, 'data');
    const broken = once(open, 'error');
    await gate.shut();
    expect(await broken).toMatchObject([{ code: 'ECONNRESET' }]);
    await expect(said()).rejects.toThrow('ECONNREFUSED');
    await gate.reopen();
    expect(await said()).toBe('hello');
    await gate.close();
    server.close();
  });
});

describe('mishaps', () => {
  const happened = async (seed: number): Promise<string[]> => {
    const names: string[] = [];
    const over = new AbortController();
    const kinds = ['a', 'b', 'c'].map((name) => ({
      name,
      happen: async () => {
        names.push(name);
        if (names.length === 12) over.abort();
      },
    }));
    await mishaps(kinds, [0, 1])(new Random(seed), over.signal);
    return names;
  };

  it('happen one after the other, in the order of the seed, until they are over', async () => {
    const names = await happened(1);
    expect(new Set(names).size).toBe(3);
    expect(names).toHaveLength(12);
    expect(await happened(1)).toEqual(names);
    expect(await happened(2)).not.toEqual(names);
  });
});

describe('rounds of mishaps', () => {
  const madeOf = async (seed: number): Promise<string[]> => {
    const over = new AbortController();
    const happened: string[] = [];
    const kinds = ['a', 'b', 'c'].map((name) => ({ name, happen: async () => {} }));
    const told = (name: string): void => {
      if (happened.push(name) === 9) over.abort();
    };
    await rounds(kinds, [0, 1], told)(new Random(seed), over.signal);
    return happened;
  };

  it('have each happen once before one happens again, in the order of the seed', async () => {
    const happened = await madeOf(1);
    for (const at of [0, 3, 6]) expect(happened.slice(at, at + 3).sort()).toEqual(['a', 'b', 'c']);
    expect(await madeOf(1)).toEqual(await madeOf(1));
    expect(await madeOf(2)).not.toEqual(await madeOf(3));
  });
});
