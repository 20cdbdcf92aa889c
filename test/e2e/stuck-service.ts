// A service with a handler that never settles; it ends by itself once it is closed. Run by a test as a process.
import { createServer } from '../../dist/src/index.js';

const drainTimeout = 3000;
const server = createServer({ port: 0, stompPort: 0, logLevel: 'silent', drainTimeout, closeTimeout: 500 });
server.app.message('/stuck', {}, () => new Promise(() => {}));
await server.start();
const { endpoints, stomp, http } = server.addresses;
console.log(`stompwire 0 ready: ${[http, ...endpoints, stomp].join(' ')}`);
process.once('SIGTERM', () => void server.close());
