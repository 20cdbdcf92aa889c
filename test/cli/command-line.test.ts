// Words that are no command, and what the program says of itself.
import { describe, expect, it } from 'vitest';
import { OPTION_KEYS, OPTIONS } from '../../src/config/schema.ts';
import { World } from './world.ts';

describe('words that are no command', () => {
  it.each([
    ['an unknown flag', 'serve --prot 1', /^error: unknown option '--prot'\n\(Did you mean --port\?\)/],
    ['a flag without its value', 'serve --port', /^error: option '--port <port>' argument missing/],
    ['an unknown command', 'sevre', /^error: unknown command 'sevre'\n\(Did you mean serve\?\)/],
    ['a word too many', 'serve now', /^error: too many arguments/],
    ['no command', '', /^Usage: stompwire/],
  ])('are refused with 1: %s', async (_, line, told) => {
    const world = new World();
    expect(await world.run(line)).toBe(1);
    expect(world.err).toMatch(told);
    expect(world.steps).toEqual([]);
  });

  it.each([
    'serve --broker-url=redis://u:hunter2@h',
    'serve --broker= redis://u:hunter2@h',
    'serve --passcode=hunter2',
    'redis://u:hunter2@h',
  ])('show no password: %s', async (line) => {
    const world = new World();
    expect(await world.run(line)).toBe(1);
    expect(world.err).not.toContain('hunter2');
  });
});

describe('what the program says of itself', () => {
  it('is the version of the package', async () => {
    const world = new World();
    expect(await world.run('--version')).toBe(0);
    expect(world.out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('is the commands', async () => {
    const world = new World();
    expect(await world.run('--help')).toBe(0);
    expect(world.out).toContain('serve [options]');
  });

  it('is every flag with its default and unit, under headings', async () => {
    const world = new World();
    expect(await world.run('serve --help')).toBe(0);
    for (const key of OPTION_KEYS) expect(world.out).toContain(`--${OPTIONS[key].flag}`);
    expect(world.out).toMatch(/\nListening:\n {2}--host <address>/);
    expect(world.out).toMatch(/--outbox-bytes <bytes>.*\(default: 1048576 bytes\)/);
    expect(world.out).toContain('STOMPWIRE_STOMP_PORT');
    expect(world.out).toMatch(/--plain-echo .*\(default: true; --no-plain-echo turns it off\)/);
  });
});
