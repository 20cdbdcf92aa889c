// A node with the chat in a process of its own, to be killed: `node chat-node.ts <broker> <userTimeout>`.
import { installChat } from '../../src/chat/chat.ts';
import { createServer } from '../../src/index.ts';
import { TestUsers } from '../../src/testing/test-users.ts';

const options = { port: 0, stompPort: 0, logLevel: 'silent', history: 'off', rooms: 'open' } as const;
const server = createServer(
  { ...options, presenceGather: 50, broker: process.argv[2]!, userTimeout: Number(process.argv[3]) },
  { authenticator: new TestUsers() },
);
installChat(server);
await server.start();
const { endpoints, stomp, http } = server.addresses;
console.log(`stompwire 0 ready: ${[http, ...endpoints, stomp].join(' ')}`);
