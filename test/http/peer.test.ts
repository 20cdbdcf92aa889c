// Who sent a request: the socket's peer, or whom the proxies that are trusted name.
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Config, resolveConfig } from '../../src/config/config.ts';
import { peerReader } from '../../src/http/http.ts';

function peerOf(
  trustProxy: Config['trustProxy'],
  remoteAddress: string,
  headers: Record<string, string> = {},
  tls = false,
): { address: string; secure: boolean } {
  const socket = tls ? { remoteAddress, encrypted: true } : { remoteAddress };
  const { address, secure } = peerReader(resolveConfig({ trustProxy }))({
    socket,
    headers,
  } as IncomingMessage);
  return { address, secure };
}

const forwardedFor = (chain: string): Record<string, string> => ({ 'x-forwarded-for': chain });

describe('the address of a peer', () => {
  it.each<[Config['trustProxy'], string, string, string]>([
    // whom we trust, who connects, whom it names, who it is
    [false, '10.0.0.1', '1.1.1.1', '10.0.0.1'],
    [true, '10.0.0.1', '1.1.1.1, 2.2.2.2', '1.1.1.1'],
    [1, '10.0.0.1', '1.1.1.1, 2.2.2.2', '2.2.2.2'],
    [2, '10.0.0.1', '1.1.1.1, 2.2.2.2', '1.1.1.1'],
    [5, '10.0.0.1', '1.1.1.1, 2.2.2.2', '1.1.1.1'],
    [['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 2.2.2.2', '2.2.2.2'],
    [['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 10.9.9.9', '1.1.1.1'],
    [['10.0.0.0/8'], '10.0.0.1', '10.1.1.1, 10.9.9.9', '10.1.1.1'],
    [['10.0.0.0/8'], '9.9.9.9', '1.1.1.1', '9.9.9.9'],
    [['loopback'], '::1', 'fd00::7', 'fd00::7'],
    [['loopback'], '::ffff:127.0.0.1', '1.1.1.1', '1.1.1.1'],
    [['10.0.0.0/8'], '10.0.0.1', 'forged, unknown', 'unknown'],
  ])('with trust in %j, connected by %s for "%s", is %s', (trust, remote, chain, address) => {
    expect(peerOf(trust, remote, forwardedFor(chain)).address).toBe(address);
  });

  it('is the proxy itself when it names nobody', () => {
    expect(peerOf(true, '10.0.0.1').address).toBe('10.0.0.1');
  });
});

describe('a connection', () => {
  it.each<[Config['trustProxy'], string | undefined, boolean, boolean]>([
    [false, undefined, false, false],
    [false, undefined, true, true],
    [false, 'https', false, false],
    [true, 'https', false, true],
    [true, 'http', true, false],
    [true, undefined, true, true],
    [true, 'http, https', false, true],
    [true, 'https,http', false, false],
    [['10.0.0.0/8'], 'https', false, true],
    [['192.168.0.0/16'], 'https', false, false],
  ])('with trust in %j, forwarded from %s, encrypted %s, is secure: %s', (trust, proto, tls, secure) => {
    const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto };
    expect(peerOf(trust, '10.0.0.1', headers, tls).secure).toBe(secure);
  });
});
