// A MongoDB that suites share: each has a database of its own, and drops it.
import type { Program } from './program.ts';
import { inDocker, namedBy, onPath, started } from './ways.ts';

const ready = /Waiting for connections/;
const url = (port: number): string => `mongodb://127.0.0.1:${port}/?directConnection=true`;

export const mongodb: Program = {
  name: 'mongodb',
  variable: 'MONGODB_URL',
  ways: [
    namedBy('MONGODB_URL'),
    started(onPath('mongod'), {
      args: (port, folder) => ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', folder],
      ready,
      url,
    }),
    inDocker('mongo:7', 27017, ready, url),
  ],
  mend: 'install mongod 7 (Debian does not have it: see mongodb.com), start docker, or set MONGODB_URL to a MongoDB in which tests may make databases',
};
