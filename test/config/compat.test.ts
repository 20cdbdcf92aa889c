// Defaults that differ for clients of another broker.
import { describe, expect, it } from 'vitest';
import { patternSeparator } from '../../src/config/compat.ts';
import { ConfigError, resolveConfig } from '../../src/config/config.ts';

describe('compat', () => {
  it('changes defaults: of rabbitmq the port, the prefixes, the patterns, the prefetch, the heart-beats', () => {
    const { port, stompPort, endpoints, brokerPrefixes, patterns, prefetch, heartbeatSend } = resolveConfig({
      compat: 'rabbitmq',
    });
    expect({ port, stompPort, endpoints }).toEqual({ port: 15_674, stompPort: 61_613, endpoints: ['/ws'] });
    expect({ brokerPrefixes, patterns, prefetch, heartbeatSend }).toEqual({
      brokerPrefixes: ['/topic', '/queue', '/exchange'],
      patterns: 'rabbitmq',
      prefetch: 10_000,
      heartbeatSend: 1000,
    });
  });

  it('changes nothing that is given', () => {
    const given = { port: 0, brokerPrefixes: ['/topic'], patterns: 'spring', prefetch: 3 } as const;
    expect(resolveConfig({ compat: 'rabbitmq', ...given })).toMatchObject(given);
  });

  it('changes nothing else, and nothing when it is not there or wrong', () => {
    expect(resolveConfig({ compat: 'spring' })).toEqual({ ...resolveConfig(), compat: 'spring' });
    expect(resolveConfig({ compat: 'activemq' })).toEqual({
      ...resolveConfig(),
      compat: 'activemq',
      patterns: 'activemq',
    });
    expect(() => resolveConfig({ compat: 'kafka' as 'none' })).toThrow(ConfigError);
  });
});

describe('the separator of patterns', () => {
  it('is that of paths, but where patterns are of words between dots', () => {
    expect(patternSeparator({ patterns: 'spring', pathSeparator: '.' })).toBe('.');
    expect(patternSeparator({ patterns: 'rabbitmq', pathSeparator: '/' })).toBe('/.');
    expect(patternSeparator({ patterns: 'activemq', pathSeparator: '/' })).toBe('/.');
  });
});
