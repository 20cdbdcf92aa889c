// A SockJS application on our layer: what one client says goes to all others.
import {
  originGuard,
  SockJs,
  type SockJsConnection,
  sockJsDefaults,
  TimingWheel,
} from '../../../src/sockjs.ts';
import { serverOf } from '../../sockjs-server.ts';

const connections = new Set<SockJsConnection>();
const wheel = new TimingWheel();
wheel.start();

const endpoint = new SockJs(
  {
    ...sockJsDefaults,
    prefix: '/all',
    websocket: true,
    cookie: false,
    responseLimit: 2 ** 30,
    jsonp: false,
    origins: [],
    guard: originGuard([], 'localhost'),
    peerOf: () => ({ transport: 'websocket', address: '127.0.0.1', secure: false }),
    wheel,
  },
  (connection) => {
    connections.add(connection);
    return {
      message: (text) => {
        for (const other of connections) if (other !== connection) other.send(text);
      },
      drained: () => {},
      closed: () => void connections.delete(connection),
    };
  },
);

serverOf([endpoint]).listen(Number(process.argv[2]), '127.0.0.1');
