// The JSON file of --config: read through the given reader, and refused with its name and a position.
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';

const fails = (code: string) => (): never => {
  throw Object.assign(new Error(`${code}: no luck`), { code });
};

function load(
  readFile: (path: string) => string,
  flags: Record<string, unknown> = { config: 'chat.json' },
): number {
  return loadConfig({ flags, env: { STOMPWIRE_CONFIG: 'from-env.json' }, readFile }).port;
}

describe('the file of --config', () => {
  it('is the one that the flag names', () => {
    expect(load((path) => (path === 'chat.json' ? '{"port": 1}' : '{}'))).toBe(1);
  });

  it('is the one that STOMPWIRE_CONFIG names when no flag does', () => {
    expect(load((path) => (path === 'from-env.json' ? '{"port": 2}' : '{}'), {})).toBe(2);
  });

  it('is not looked for when nothing names one', () => {
    expect(loadConfig({ flags: {}, env: { STOMPWIRE_CONFIG: '' }, readFile: fails('ENOENT') }).port).toBe(
      8080,
    );
  });

  it('may begin with a byte order mark', () => {
    expect(load(() => '\uFEFF{"port": 3}')).toBe(3);
  });

  it.each<[string, (path: string) => string, string]>([
    ['is missing', fails('ENOENT'), 'file chat.json does not exist; give the path of a JSON file'],
    [
      'may not be read',
      fails('EACCES'),
      'file chat.json cannot be read (EACCES); give the path of a readable JSON file',
    ],
    [
      'is a folder',
      fails('EISDIR'),
      'file chat.json cannot be read (EISDIR); give the path of a readable JSON file',
    ],
    ['is empty', () => '', 'file chat.json is not JSON from line 1, column 1 on'],
    ['is broken', () => '{\n  "port": 80,\n}', 'file chat.json is not JSON from line 3, column 1 on'],
    [
      'is a list',
      () => '[]',
      'file chat.json holds no JSON object; give one with options by their keys, such as {"port": 8080}',
    ],
    [
      'is null',
      () => 'null',
      'file chat.json holds no JSON object; give one with options by their keys, such as {"port": 8080}',
    ],
  ])('is refused when it %s', (_, readFile, line) => {
    expect(() => load(readFile)).toThrow(new ConfigError([line]));
  });

  it('is refused together with what the other sources have wrong', () => {
    expect(() => load(fails('ENOENT'), { config: 'chat.json', port: 'x' })).toThrow(
      /^file chat.json.*\nport from flag/,
    );
  });
});
