// The script of sockjs-client, which the iframe page loads from its own server; the build puts it beside ours.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

let known: string | undefined;

/** Read once, at the first request; `undefined` when neither the build nor an installed package has it. */
export function clientScript(): string | undefined {
  known ??= read();
  return known;
}

function read(): string | undefined {
  const built = fileURLToPath(new URL('../../../sockjs-client/sockjs.min.js', import.meta.url));
  const path = existsSync(built) ? built : installed();
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}

function installed(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('sockjs-client/dist/sockjs.min.js');
  } catch {
    return undefined;
  }
}
