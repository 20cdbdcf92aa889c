// Rival: stomp-broker-js, a STOMP broker over ws.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

type StompServer = new (options: object) => unknown;
const Broker = createRequire(import.meta.url)('stomp-broker-js') as StompServer;

const http = createServer();
new Broker({ server: http, path: '/stomp', heartbeat: [0, 0] });
http.listen(Number(process.argv[2]), '127.0.0.1');
