// The balancer of docker-compose.yml, for tests that put it before two nodes.
import type { Program } from './program.ts';
import { fromDebian, namedBy, onPath } from './ways.ts';

export const haproxy: Program = {
  name: 'haproxy',
  variable: 'HAPROXY_PATH',
  ways: [
    namedBy('HAPROXY_PATH'),
    onPath('haproxy'),
    fromDebian(['haproxy'], 'haproxy', { services: 'kept down' }),
  ],
  mend: 'install haproxy 2.6 or newer (Debian: apt-get install haproxy), or set HAPROXY_PATH to it',
};
