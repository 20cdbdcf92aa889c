// The figures of a running service: by Prometheus's conventions, and each of them on the page that lists them.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/index.ts';
import { type Family, parseMetrics } from '../metrics/text-format.ts';
import { requires } from '../servers/requires.ts';
import { Service } from './service.ts';

const redis = requires('redis');
let service: Service;
afterEach(() => service.close());

interface Row {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
  readonly heading: string;
}

function rows(): Row[] {
  let heading = '';
  return readFileSync('docs/metrics.md', 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('## ')) heading = line.slice(3);
      const [, name, type = '', labels = '', help = ''] =
        /^\| `(\w+)` \| (\w+) \| (.*?) ?\| (.*) \|$/.exec(line) ?? [];
      const names = [...labels.matchAll(/`(\w+)`/g)].map(([, one = '']) => one);
      return name === undefined ? [] : [{ name, type, labels: names, help, heading }];
    });
}

/** A service on which everything has happened that a metric begins with. */
async function busy(options: Partial<Config>): Promise<Family[]> {
  service = await Service.start({ plainEndpoint: '/room', ...options });
  const page = await service.page({ connectHeaders: { host: 'any', login: 'ann' } });
  const errors = await page.subscribe('/user/queue/errors');
  const room = await page.subscribe('/topic/chat-room/1');
  page.client.publish({ destination: '/app/chat-room/1/send', body: '{"content":"hello"}' });
  await room.messages.count(1);
  page.client.publish({ destination: '/app/nobody', body: 'x' });
  await errors.messages.count(1);
  await fetch(`${service.addresses.http}/api/chat/rooms`);
  return (await shown()).filter(({ name }) => name.startsWith('stompwire_'));
}

async function shown(): Promise<Family[]> {
  const response = await fetch(`${service.addresses.ops}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parseMetrics(await response.text());
}

const told = ({ name, type, help, samples }: Family) => ({
  name,
  type,
  help,
  labels: [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))].filter((one) => one !== 'le'),
});
const listed = ({ heading: _, ...row }: Row) => row;
const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

describe('the figures of a service', () => {
  it('alone are those of the page, but for those of Redis', async () => {
    const due = rows().filter(({ heading }) => heading !== 'Redis');
    expect((await busy({})).map(told).sort(byName)).toEqual(due.map(listed).sort(byName));
    expect(due.length).toBeGreaterThan(30);
  });

  it.runIf(redis)('over Redis are those of the page, but for those of the history of one node', async () => {
    const due = rows().filter(({ heading }) => heading !== 'Logs and the history of one node');
    const families = await busy({ broker: redis!, history: 'off' });
    expect(families.map(told).sort(byName)).toEqual(due.map(listed).sort(byName));
  });

  it('are named by the conventions', async () => {
    for (const { name, type, help } of await busy({})) {
      expect(name).toMatch(/^stompwire_[a-z][a-z_]*[a-z]$/);
      expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')]);
      expect([name, type === 'histogram' && !name.endsWith('_seconds')]).toEqual([name, false]);
      expect(name).not.toMatch(/milli|micro|_ms|kilo|percent|_(count|sum|bucket)$/);
      expect(help).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it('tell of the process as all programs of Node do', async () => {
    await busy({});
    const names = (await shown()).map(({ name }) => name);
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_open_fds',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_gc_duration_seconds',
    ])
      expect(names).toContain(name);
  });
});
