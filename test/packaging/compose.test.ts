// docker-compose.yml, checked as data: safe by default, with options that exist, its parts wired to each other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OPTION_KEYS, optionOf } from '../../src/config/schema.ts';

interface Service {
  readonly build: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly restart: string;
  readonly stop_grace_period: string;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly read_only: boolean;
  readonly tmpfs: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
}

interface Compose {
  readonly services: Record<string, Service>;
  readonly volumes: Record<string, null>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8')) as Compose;
const service = compose.services['node-1']!;
const balancer = compose.services.balancer!;
const balancing = readFileSync('deploy/haproxy.cfg', 'utf8');
const writer = compose.services.writer!;
const flags = new Map(OPTION_KEYS.map((key) => [`--${optionOf(key).flag}`, optionOf(key)]));

const given = ({ command }: Service): string[] => command.filter((word) => word.startsWith('--'));
const argument = ({ command }: Service, flag: string): string => command[command.indexOf(flag) + 1]!;

describe('docker-compose.yml', () => {
  it('has two nodes that are alike, a balancer, the writer, Redis and MongoDB', () => {
    const names = ['node-1', 'node-2', 'balancer', 'writer', 'redis', 'mongodb'];
    expect(Object.keys(compose.services)).toEqual(names);
    expect(compose.services['node-2']).toEqual(service);
    expect(service.build).toBe('.');
    expect([service.command[0], writer.command[0]]).toEqual(['serve', 'write-history']);
  });

  it('gives only options that exist', () => {
    expect(given(service)).toContain('--allow-anonymous');
    expect([...given(service), ...given(writer)].filter((flag) => !flags.has(flag))).toEqual([]);
    expect(service.environment).toBeUndefined();
  });

  it('has service and writer meet at the same broker and the same history', () => {
    for (const flag of ['--broker', '--history']) {
      expect(argument(service, flag)).toBe(argument(writer, flag));
      expect(Object.keys(compose.services)).toContain(new URL(argument(service, flag)).hostname);
    }
  });

  it('keeps what Redis and MongoDB hold, and lets Redis forget nothing', () => {
    const { redis, mongodb } = compose.services;
    expect(
      [redis!, mongodb!].flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')[0])),
    ).toEqual(Object.keys(compose.volumes));
    expect(redis!.command.join(' ')).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
    expect(Object.values(compose.services).map(({ healthcheck }) => healthcheck.test[0])).toEqual(
      Object.keys(compose.services).map(() => 'CMD'),
    );
  });

  it('opens the default ports to this machine only', () => {
    expect(service.ports).toBeUndefined();
    const { port, stompPort } = { port: flags.get('--port')!, stompPort: flags.get('--stomp-port')! };
    expect(balancer.ports).toEqual(
      [port.default, stompPort.default].map((number) => `127.0.0.1:${number}:${number}`),
    );
  });

  it('has the balancer before both nodes, at their ports, as its config file says', () => {
    const [mounted] = balancer.volumes;
    expect(mounted).toBe('./deploy/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro');
    const [port, stompPort] = ['--port', '--stomp-port'].map((flag) => flags.get(flag)!.default);
    expect([...balancing.matchAll(/^ +bind :(\d+)$/gm)].map(([, bound]) => Number(bound))).toEqual([
      port,
      stompPort,
    ]);
    const servers = [...balancing.matchAll(/^ +server \w+ (\S+)/gm)].map(([, at]) => at);
    const nodes = ['node-1', 'node-2'];
    const expected = [port, port, stompPort].flatMap((at) => nodes.map((node) => `${node}:${at}`));
    expect(servers).toEqual(expected);
  });

  it('gives the balancer longer to see that a node goes than it takes to look', () => {
    const delay = Number(argument(service, '--drain-delay'));
    const [, seconds] = /check inter (\d+)s fall 1 /.exec(balancing) ?? [];
    expect(delay).toBeGreaterThanOrEqual(2 * Number(seconds) * 1000);
  });

  it('waits longer for the end than a drain may take', () => {
    const [, seconds] = /^(\d+)s$/.exec(service.stop_grace_period) ?? [];
    expect(Number(seconds) * 1000).toBeGreaterThan(Number(flags.get('--drain-timeout')!.default));
  });

  it('asks the same as the image whether it is ready', () => {
    const [kind, ...words] = service.healthcheck.test;
    expect(kind).toBe('CMD');
    expect(readFileSync('Dockerfile', 'utf8')).toContain(
      `CMD ${JSON.stringify(words).replaceAll('","', '", "')}`,
    );
  });

  it('gives away no right that the service does not need', () => {
    for (const one of [service, writer, balancer]) {
      if (one !== balancer) expect(one.tmpfs).toEqual(['/tmp']);
      expect(one).toMatchObject({
        restart: 'unless-stopped',
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });
});
