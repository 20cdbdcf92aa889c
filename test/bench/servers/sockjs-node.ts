// Rival: sockjs-node; what one client says goes to all others.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

interface Connection {
  on(event: 'data', listener: (text: string) => void): void;
  on(event: 'close', listener: () => void): void;
  write(text: string): void;
}

interface Endpoint {
  on(event: 'connection', listener: (connection: Connection) => void): void;
  installHandlers(server: ReturnType<typeof createServer>): void;
}

const { createServer: createEndpoint } = createRequire(import.meta.url)('sockjs') as {
  createServer(options: object): Endpoint;
};

const connections = new Set<Connection>();
const endpoint = createEndpoint({ prefix: '/all', response_limit: 2 ** 30, log: () => {} });

endpoint.on('connection', (connection) => {
  connections.add(connection);
  connection.on('data', (text) => {
    for (const other of connections) if (other !== connection) other.write(text);
  });
  connection.on('close', () => connections.delete(connection));
});

const server = createServer();
endpoint.installHandlers(server);
server.listen(Number(process.argv[2]), '127.0.0.1');
