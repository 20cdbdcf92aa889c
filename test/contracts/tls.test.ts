// The transport contract, held against both kinds of transport over TLS.
import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { makeCertificate } from '../e2e/certificate.ts';
import { requires } from '../servers/requires.ts';
import { transportContract } from './transport.ts';
import { tcp, webSocket } from './transport-kinds.ts';

const openssl = requires('openssl');

describe.runIf(openssl)('over TLS', () => {
  if (openssl === undefined) return;
  const { tlsCert, tlsKey, remove } = makeCertificate(openssl);
  const certificate = { cert: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') };
  remove();
  transportContract(tcp(certificate));
  transportContract(webSocket(certificate));
});
