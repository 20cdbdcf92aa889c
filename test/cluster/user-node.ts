// A node in a process of its own, to be killed: `node user-node.ts <broker>`; whoever gives a login is believed.
import { createServer } from '../../src/index.ts';
import { TestUsers } from '../../src/testing/test-users.ts';

const options = { port: 0, stompPort: 0, logLevel: 'silent', history: 'off' } as const;
const broker = process.argv[2]!;
const server = createServer(
  { ...options, broker, userTimeout: Number(process.argv[3]) },
  { authenticator: new TestUsers() },
);
await server.start();
const { endpoints, stomp, http } = server.addresses;
console.log(`stompwire 0 ready: ${[http, ...endpoints, stomp].join(' ')}`);
