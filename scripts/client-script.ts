// Completes what tsc built: the script of sockjs-client and its licence, for the SockJS endpoints to serve, and a command
// that may be executed: npx makes it so only when it sees the package for the first time.
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const installed = dirname(createRequire(import.meta.url).resolve('sockjs-client/package.json'));
const built = fileURLToPath(new URL('../dist/sockjs-client/', import.meta.url));

mkdirSync(built, { recursive: true });
copyFileSync(join(installed, 'dist/sockjs.min.js'), join(built, 'sockjs.min.js'));
copyFileSync(join(installed, 'LICENSE'), join(built, 'LICENSE'));
chmodSync(new URL('../dist/src/cli.js', import.meta.url), 0o755);
