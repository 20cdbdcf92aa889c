// The servers that are measured, each a process of its own, and how the load speaks to them.
import type { ChildProcess } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Dialect } from './load/plan.ts';
import { end, start } from './processes.ts';

/** A server that can be measured. */
export interface Contestant {
  readonly name: string;
  readonly dialect: Dialect;
  /** Path of its WebSocket endpoint. */
  readonly path: string;
  /** Where it runs; default: on the core of servers. */
  readonly part?: 'server' | 'both';
  /** The command that starts it on a port. */
  command(port: number): readonly string[];
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const script = (path: string) => (port: number) => [process.execPath, here(path), String(port)];

const quiet = ['--stomp-port', 'off', '--ops', 'off', '--data', 'memory', '--history', 'off'];

/** The service as it is started everywhere, from its sources. */
export const stompwire: Contestant = {
  name: 'stompwire',
  dialect: 'stomp',
  path: '/ws',
  command: (port) => [
    process.execPath,
    here('../../src/cli.ts'),
    ...['serve', '--port', String(port), ...quiet, '--log-level', 'error'],
  ],
};

/** The same service as one of several nodes. */
export const overRedis = (address: string): Contestant => ({
  ...stompwire,
  name: 'over Redis',
  command: (port) => [...stompwire.command(port), '--broker', address],
});

/** The library as one of several nodes, with logged rooms; also over TCP where a port is given. */
export const loggedRooms = (address: string, tcp: number | 'off' = 'off'): Contestant => ({
  ...stompwire,
  name: 'logged rooms',
  command: (port) => [process.execPath, here('servers/logged-rooms.ts'), String(port), String(tcp), address],
});

/** The same service, spoken to over SockJS's WebSocket. */
export const overSockJs: Contestant = {
  ...stompwire,
  name: 'over SockJS',
  dialect: 'stomp-sockjs',
  path: '/ws/000/client{client}/websocket',
};

/** The same service; subscribers read event streams, publishers speak STOMP. */
export const overEventStreams: Contestant = {
  ...stompwire,
  name: 'event streams',
  dialect: 'event-stream',
};

const toAll = { dialect: 'sockjs-stream', path: '/all/000/client{client}/websocket' } as const;

/** A SockJS application on our layer: what one client says goes to all who read a streaming response. */
export const ourSockJs: Contestant = {
  ...toAll,
  name: 'our SockJS',
  command: script('servers/our-sockjs.ts'),
};

/** The same on sockjs-node. */
export const sockJsNode: Contestant = {
  ...toAll,
  name: 'sockjs-node',
  command: script('servers/sockjs-node.ts'),
};

/** The library with three interceptors, and one handler before the topic. */
export const handled: Contestant = { ...stompwire, command: script('servers/handled.ts') };

export const bareWs: Contestant = {
  name: 'bare ws',
  dialect: 'text',
  path: '/',
  command: script('servers/bare-ws.ts'),
};

export const stompBroker: Contestant = {
  name: 'stomp-broker-js',
  dialect: 'stomp-unconfirmed',
  path: '/stomp',
  command: script('servers/stomp-broker.ts'),
};

export const socketIo: Contestant = {
  name: 'Socket.IO',
  dialect: 'socket.io',
  path: '/socket.io/?EIO=4&transport=websocket',
  command: script('servers/socket-io.ts'),
};

/** The same as one of several nodes. */
export const socketIoOverRedis = (address: string): Contestant => ({
  ...socketIo,
  name: 'Socket.IO, Redis streams',
  command: (port) => [process.execPath, here('servers/socket-io-redis.ts'), String(port), address],
});

/** A program that is the least a server can cost: `STOMPWIRE_BENCH_FLOOR` names it; it is given a port, and speaks STOMP over TCP. */
export function floor(program = process.env.STOMPWIRE_BENCH_FLOOR): Contestant | undefined {
  if (program === undefined) return undefined;
  return {
    name: 'the floor',
    dialect: 'stomp-tcp',
    path: '',
    command: (port) => [program, String(port)],
  };
}

/** A contestant that runs. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a contestant and waits until it listens. */
export async function run(contestant: Contestant): Promise<Running> {
  const port = await freePort();
  const child = start(contestant.part ?? 'server', contestant.command(port));
  await listening(port, child, contestant.name);
  return { port, pid: child.pid!, stop: () => end(child) };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function listening(port: number, child: ChildProcess, name: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${name} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
