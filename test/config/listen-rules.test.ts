// Who may be reached from the network: loopback always, the rest only with authentication or on purpose.
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { opsAddress } from '../../src/config/host-port.ts';
import { assertSafeToListen } from '../../src/config/listen-rules.ts';

const listen = (host: string, allowAnonymous: boolean, authenticated: boolean) => (): void =>
  assertSafeToListen({ host, allowAnonymous }, { authenticated });

const LOOPBACK = [
  '127.0.0.1',
  '127.3.2.1',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  'localhost',
  'LOCALHOST',
];
const REACHABLE = [
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '126.0.0.1',
  '128.0.0.1',
  '::ffff:10.0.0.1',
  'chat.example',
  'localhost.example',
];

describe('listening without authentication', () => {
  it.each(LOOPBACK)('is fine on %s', (host) => {
    expect(listen(host, false, false)).not.toThrow();
  });

  it.each(REACHABLE)('is refused on %s, naming the mends', (host) => {
    expect(listen(host, false, false)).toThrow(ConfigError);
    expect(listen(host, false, false)).toThrow(/127\.0\.0\.1.*authentication.*--allow-anonymous/);
  });

  it.each(REACHABLE)('is fine on %s when strangers are allowed', (host) => {
    expect(listen(host, true, false)).not.toThrow();
  });
});

describe('listening with authentication', () => {
  it.each(REACHABLE)('is fine on %s', (host) => {
    expect(listen(host, false, true)).not.toThrow();
  });
});

describe('the address of metrics and administration', () => {
  it.each<[number | string, unknown]>([
    ['off', undefined],
    [9090, { host: '127.0.0.1', port: 9090 }],
    ['0.0.0.0:9090', { host: '0.0.0.0', port: 9090 }],
    ['[::1]:0', { host: '::1', port: 0 }],
  ])('for %j is %j', (ops, address) => {
    expect(opsAddress(ops)).toEqual(address);
  });
});
