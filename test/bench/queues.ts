// Benchmark: queues with client-individual acknowledgement over TCP, against RabbitMQ under the same load in the same run.
import { on } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../servers/process.ts';
import { rabbitmqServer, startRabbitmq } from '../servers/rabbitmq.ts';
import { redisServer, startRedis } from '../servers/redis-server.ts';
import { needed } from './backing.ts';
import { run, stompwire } from './contestants.ts';
import type { QueuesPlan, QueuesReport } from './load/queues.ts';
import { cpuOfTree, end, pin, start } from './processes.ts';
import { type Row, rowOf } from './report.ts';
import { inverse, quotient } from './statistics.ts';

/** A broker that runs. */
interface Broker {
  readonly port: number;
  /** The processes that it costs. */
  readonly pids: readonly number[];
  readonly login: string;
  stop(): Promise<void>;
}

/** What came out of a run. */
interface Figures {
  /** Microseconds of CPU per message: sent, delivered and acknowledged. */
  readonly cpu: number;
  /** Messages per second. */
  readonly rate: number;
}

type Terms = Pick<QueuesPlan, 'persistent' | 'receiptEvery'>;

const load = fileURLToPath(new URL('load/queues.ts', import.meta.url));
const common = {
  ...{ queues: 8, producers: 2, consumers: 2, prefetch: 100, inFlight: 100, bodyBytes: 120 },
  seconds: 5,
};
const transient: Terms = { persistent: false, receiptEvery: 100 };
const durable: Terms = { persistent: true, receiptEvery: 1 };

const contenders: Readonly<Record<string, readonly [() => Promise<Broker>, Terms]>> = {
  ours: [() => ourBroker(), transient],
  rabbit: [rabbit, transient],
  redis: [overRedis, transient],
  'ours, durable': [onDisk, durable],
  'rabbit, durable': [rabbit, durable],
};

export async function queues(rounds: number): Promise<Row[]> {
  const measured: Record<string, Figures[]> = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, [begin, terms]] of Object.entries(contenders))
      (measured[name] ??= []).push(await under(await begin(), terms));
  const row = (what: string, ours: string, rival: string, target?: number): Row[] => [
    rowOf({
      what: `${what}: rival / ours`,
      ...{ ours: measured[ours]!.map(({ cpu }) => cpu), of: 'us' },
      ...{ rival: measured[rival]!.map(({ cpu }) => cpu), rivalName: 'RabbitMQ', compare: inverse },
      ...(target !== undefined && { target: { kind: 'at least', limit: target } }),
    }),
    rowOf({
      what: `${what}: rate`,
      ...{ ours: measured[ours]!.map(({ rate }) => rate), of: '/s' },
      ...{ rival: measured[rival]!.map(({ rate }) => rate), rivalName: 'RabbitMQ', compare: quotient },
    }),
  ];
  return [
    ...row('CPU per message', 'ours', 'rabbit', 5),
    ...row('persistent, a RECEIPT each', 'ours, durable', 'rabbit, durable'),
    ...row('over Redis, its CPU included', 'redis', 'rabbit'),
  ];
}

/** One run; the broker is stopped. */
async function under(broker: Broker, terms: Terms): Promise<Figures> {
  const { port, login } = broker;
  const plan: QueuesPlan = { ...common, ...terms, port, login };
  const child = start('load', [process.execPath, load, JSON.stringify(plan)], true);
  const reports = on(child, 'message', { close: ['exit'] })[Symbol.asyncIterator]();
  const used = (): number => broker.pids.reduce((sum, pid) => sum + cpuOfTree(pid), 0);
  try {
    await said(reports);
    const before = used();
    const { messages, seconds } = (await said(reports)) as Exclude<QueuesReport, string>;
    const cpu = ((used() - before) * 1e6) / messages;
    await said(reports);
    return { cpu, rate: messages / seconds };
  } finally {
    await end(child);
    await broker.stop();
  }
}

async function said(reports: AsyncIterator<unknown>): Promise<QueuesReport> {
  const { done, value } = await reports.next();
  if (done) throw new Error('the load ended without a word');
  return (value as [QueuesReport])[0];
}

async function ourBroker(more: Readonly<Record<string, string>> = {}): Promise<Broker> {
  const stomp = await freePort();
  const options = { '--stomp-port': String(stomp), ...more };
  const { pid, stop } = await run({
    ...stompwire,
    command: (port) => given(stompwire.command(port), options),
  });
  return { port: stomp, pids: [pid], login: '', stop };
}

/** A command with other values of its options, and with more. */
function given(command: readonly string[], options: Readonly<Record<string, string>>): string[] {
  const known = command.map((word, at) => options[command[at - 1] ?? ''] ?? word);
  return [
    ...known,
    ...Object.entries(options).flatMap(([name, value]) => (command.includes(name) ? [] : [name, value])),
  ];
}

async function onDisk(): Promise<Broker> {
  const data = mkdtempSync(join(tmpdir(), 'stompwire-bench-'));
  const broker = await ourBroker({ '--data': data });
  return {
    ...broker,
    stop: async () => {
      await broker.stop();
      rmSync(data, { recursive: true });
    },
  };
}

async function overRedis(): Promise<Broker> {
  const program = await needed(redisServer);
  const redis = await startRedis(program.address);
  const broker = await ourBroker({ '--broker': redis.url });
  return {
    ...broker,
    pids: [...broker.pids, redis.pid],
    stop: async () => {
      await broker.stop();
      await redis.stop();
    },
  };
}

/** On the core of servers, as ours is. */
async function rabbit(): Promise<Broker> {
  const program = await needed(rabbitmqServer);
  const { stomp, pid, stop } = await startRabbitmq(program.address);
  pin('server', pid);
  return { port: Number(new URL(stomp).port), pids: [pid], login: 'login:guest\npasscode:guest\n', stop };
}
