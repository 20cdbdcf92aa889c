// A throw-away certificate for 127.0.0.1, made by openssl.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files that live until `remove`. */
export interface Certificate {
  readonly tlsCert: string;
  readonly tlsKey: string;
  /** The certificate itself, for clients to trust. */
  readonly ca: string;
  remove(): void;
}

const request = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];

/** @param openssl - the program's path */
export function makeCertificate(openssl: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-certificate-'));
  const [tlsCert, tlsKey] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync(openssl, ['req', ...request, ...names, '-out', tlsCert, '-keyout', tlsKey], { stdio: 'pipe' });
  return {
    tlsCert,
    tlsKey,
    ca: readFileSync(tlsCert, 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
