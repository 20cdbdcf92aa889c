// docker-compose.yml, checked as data: the service alone, safe by default, with options that exist.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OPTION_KEYS, optionOf } from '../../src/config/schema.ts';

interface Service {
  readonly build: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly restart: string;
  readonly stop_grace_period: string;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly read_only: boolean;
  readonly tmpfs: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8')) as { services: Record<string, Service> };
const service = compose.services.stompwire!;
const flags = new Map(OPTION_KEYS.map((key) => [`--${optionOf(key).flag}`, optionOf(key)]));

describe('docker-compose.yml', () => {
  it('has one service, built from here', () => {
    expect(Object.keys(compose)).toEqual(['services']);
    expect(Object.keys(compose.services)).toEqual(['stompwire']);
    expect(service.build).toBe('.');
  });

  it('gives only options that exist', () => {
    const [command, ...words] = service.command;
    expect(command).toBe('serve');
    const given = words.filter((word) => word.startsWith('--'));
    expect(given).toContain('--allow-anonymous');
    expect(given.filter((flag) => !flags.has(flag))).toEqual([]);
    expect(service.environment).toBeUndefined();
  });

  it('opens the default ports to this machine only', () => {
    const { port, stompPort } = { port: flags.get('--port')!, stompPort: flags.get('--stomp-port')! };
    expect(service.ports).toEqual(
      [port.default, stompPort.default].map((number) => `127.0.0.1:${number}:${number}`),
    );
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
    expect(service).toMatchObject({
      restart: 'unless-stopped',
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });
});
