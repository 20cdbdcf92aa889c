// RabbitMQ with its STOMP plugins, for tests and benchmarks that hold us against it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locate } from './machine.ts';
import { freePort, startProcess } from './process.ts';
import type { Program, Way } from './program.ts';
import { fromDebian, namedBy, onPath } from './ways.ts';

/** Debian wraps the script into one that becomes another user; a node of a test's own is started without that. */
const unwrapped = (way: Way): Way => {
  return async (machine) => {
    const found = await way(machine);
    const own = '/usr/lib/rabbitmq/bin/rabbitmq-server';
    return typeof found === 'string' || !existsSync(own) ? found : { address: own };
  };
};

export const rabbitmqServer: Program = {
  name: 'rabbitmq-server',
  variable: 'RABBITMQ_SERVER_PATH',
  ways: [
    namedBy('RABBITMQ_SERVER_PATH'),
    unwrapped(onPath('rabbitmq-server')),
    unwrapped(fromDebian(['rabbitmq-server'], 'rabbitmq-server', { services: 'kept down' })),
  ],
  mend: 'install RabbitMQ (Debian: apt-get install rabbitmq-server), or set RABBITMQ_SERVER_PATH to the script rabbitmq-server',
};

export interface OwnRabbitmq {
  /** `tcp://`, for guest/guest in the virtual host `/`. */
  readonly stomp: string;
  /** `ws://`. */
  readonly webSocket: string;
  /** The process of Erlang: what it costs can be read from it. */
  readonly pid: number;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Starts a node of its own: on the loopback, with its own name, port mapper, cookie and folder.
 *
 * @param path - the script rabbitmq-server
 * @param settings - more lines of rabbitmq.conf
 */
export async function startRabbitmq(path: string, settings: readonly string[] = []): Promise<OwnRabbitmq> {
  const folder = mkdtempSync(join(tmpdir(), 'rabbitmq-'));
  const [amqp, stomp, web, names, nodes] = await freePorts(5);
  const portMapper = await startPortMapper(names!);
  const stopAll = async (end?: () => Promise<void>): Promise<void> => {
    await end?.();
    await portMapper();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const conf = [
      `listeners.tcp.1 = 127.0.0.1:${amqp}`,
      `stomp.listeners.tcp.1 = 127.0.0.1:${stomp}`,
      'web_stomp.tcp.ip = 127.0.0.1',
      `web_stomp.tcp.port = ${web}`,
      ...settings,
    ];
    writeFileSync(join(folder, 'rabbitmq.conf'), `${conf.join('\n')}\n`);
    writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_stomp,rabbitmq_web_stomp].\n');
    const env = environment(folder, names!, nodes!);
    const running = await startProcess(path, [], /Server startup complete/, env);
    return {
      stomp: `tcp://127.0.0.1:${stomp}`,
      webSocket: `ws://127.0.0.1:${web}/ws`,
      pid: running.pid,
      stop: () => stopAll(() => running.end()),
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** What the scripts of RabbitMQ read; nothing of the machine's own configuration. */
function environment(folder: string, names: number, nodes: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: folder,
    ERL_EPMD_PORT: String(names),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // without it a shell stays between us and the node, and SIGKILL would reach only the shell
    RUNNING_UNDER_SYSTEMD: 'true',
    RABBITMQ_NODENAME: 'stompwire-test@localhost',
    RABBITMQ_DIST_PORT: String(nodes),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
  };
}

/** Erlang's port mapper as a child of ours: one that a node starts becomes a daemon and stays. */
async function startPortMapper(port: number): Promise<() => Promise<void>> {
  const epmd = locate({ env: process.env, root: false }, 'epmd');
  if (epmd === undefined) return async () => {};
  const args = ['-port', String(port), '-address', '127.0.0.1'];
  const child = spawn(epmd, args, { stdio: 'ignore' });
  const gone = once(child, 'exit');
  while (child.exitCode === null && !(await answers(port))) await new Promise(setImmediate);
  return async () => {
    child.kill('SIGKILL');
    await gone;
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** Ports that are free and differ from each other. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
