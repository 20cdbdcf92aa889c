// The ways into a server: what is opened, what takes no more, what is closed, and what is somebody else's to close.
import Fastify from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { type Config, resolveConfig } from '../src/config/config.ts';
import { Ingress, type IngressParts } from '../src/ingress.ts';
import { PrometheusMetrics } from '../src/metrics/prometheus.ts';
import { TimingWheel } from '../src/time/wheel.ts';
import type { Accept, Transport } from '../src/transport/transport.ts';

const log = pino({ level: 'silent' });

/** No session comes of what is opened here. */
const accept: Accept = () => {
  throw new Error('nobody connects');
};

const opened: Ingress[] = [];

function ingress(options: Partial<Config> = {}, parts: Partial<IngressParts> = {}): Ingress {
  const made = new Ingress({
    config: resolveConfig({ port: 0, stompPort: 'off', ops: 'off', ...options }),
    log,
    wheel: new TimingWheel(),
    metrics: new PrometheusMetrics(),
    health: { notReady: () => undefined },
    http: undefined,
    instead: undefined,
    ...parts,
  });
  opened.push(made);
  return made;
}

afterEach(async () => {
  for (const one of opened.splice(0)) {
    await one.stop();
    await one.close();
  }
});

const statusOf = async (address: string): Promise<number> => (await fetch(address)).status;

/** A transport that writes down what is asked of it. */
function recorded(name: string, asked: string[], fails = false): Transport {
  return {
    name,
    addresses: [],
    start: async () => {
      asked.push(`start ${name}`);
      if (fails) throw new Error('the address is taken');
    },
    stop: async () => void asked.push(`stop ${name}`),
  };
}

describe('the ways into a server', () => {
  it('are open on the addresses that they tell, the operators’ among them, until they are closed', async () => {
    const ways = ingress({ stompPort: 0, ops: '127.0.0.1:0' });
    await ways.open(accept);
    const { http, endpoints, stomp, ops } = ways.addresses;
    expect(endpoints).toEqual([`${http.replace('http', 'ws')}/ws`]);
    expect(stomp).toMatch(/:[1-9]\d*$/);
    expect(await statusOf(`${http}/health/ready`)).toBe(200);
    expect(await statusOf(`${ops}/metrics`)).toBe(200);
    await ways.stop();
    await ways.close();
    expect(ways.http.server.listening).toBe(false);
  });

  it('open no port where a transport stands in for all listeners; HTTP is answered when it is injected', async () => {
    const asked: string[] = [];
    const ways = ingress({ stompPort: 0 }, { instead: recorded('memory', asked) });
    await ways.open(accept);
    expect(ways.addresses.stomp).toBeUndefined();
    expect(ways.http.server.listening).toBe(false);
    expect((await ways.http.inject('/health/ready')).statusCode).toBe(200);
    await ways.stop();
    expect(asked).toEqual(['start memory', 'stop memory']);
  });

  it('leave the HTTP server of a program to it', async () => {
    const http = Fastify();
    http.get('/own', async () => 'own');
    const address = await http.listen({ host: '127.0.0.1', port: 0 });
    const ways = ingress({}, { http });
    await ways.open(accept);
    await ways.stop();
    ways.endRequests();
    await ways.close();
    expect(await statusOf(`${address}/own`)).toBe(200);
    await http.close();
  });

  it('take no more connections for HTTP once they were told so', async () => {
    const ways = ingress();
    await ways.open(accept);
    expect(ways.http.server.listening).toBe(true);
    ways.endRequests();
    expect(ways.http.server.listening).toBe(false);
  });

  it('that could not be opened can be closed, and so can those that never were', async () => {
    const failing = ingress({}, { instead: recorded('memory', [], true) });
    await expect(failing.open(accept)).rejects.toThrow('the address is taken');
    await failing.close();
    await ingress().close();
  });

  it('are nobody’s request and nobody’s upgrade before they are open', () => {
    const ways = ingress();
    expect(ways.handle({} as never, {} as never)).toBe(false);
    expect(ways.upgrade({} as never, {} as never, Buffer.alloc(0))).toBe(false);
  });
});
