// How each way to the service is dialled; what SockJS needs is loaded only by pages that need it.
import type { Dial } from '../../client/index.ts';
import { socketAddress } from './config.ts';
import type { Way } from './either-way.ts';

const PATIENCE = 5_000; // milliseconds, for the service to say that it speaks SockJS

/** Over WebSocket at once; over SockJS once the service was asked. A service that is down offers neither. */
export async function dialFor(way: Way, page: Location, endpoint: string): Promise<Dial | undefined> {
  if (way === 'websocket') return { brokerURL: socketAddress(page, endpoint) };
  if (!(await speaksSockJs(endpoint))) return undefined;
  const { sockJsSocket } = await import('./sockjs-socket.ts');
  return { webSocketFactory: () => sockJsSocket(new URL(endpoint, page.href).href) };
}

async function speaksSockJs(endpoint: string): Promise<boolean> {
  const signal = AbortSignal.timeout(PATIENCE);
  return fetch(`${endpoint}/info`, { cache: 'no-store', signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}
