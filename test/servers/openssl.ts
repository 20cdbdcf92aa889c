// OpenSSL's command, for the tests that need a certificate of their own.
import type { Program } from './program.ts';
import { fromDebian, namedBy, onPath } from './ways.ts';

export const openssl: Program = {
  name: 'openssl',
  variable: 'OPENSSL_PATH',
  ways: [namedBy('OPENSSL_PATH'), onPath('openssl'), fromDebian(['openssl'], 'openssl')],
  mend: 'install openssl (Debian: apt-get install openssl), or set OPENSSL_PATH to it',
};
