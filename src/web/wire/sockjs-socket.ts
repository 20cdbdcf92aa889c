// A socket over plain HTTP requests, for networks that let no WebSocket through: a script of its own, loaded when needed.
import type { IStompSocket } from '@stomp/stompjs';
import socketsOver from 'sockjs-client/lib/main.js';
import xhrPolling from 'sockjs-client/lib/transport/xhr-polling.js';
import xhrStreaming from 'sockjs-client/lib/transport/xhr-streaming.js';

/** Of all transports those that need nothing but requests: no frame and no script of elsewhere, so that the page's policy holds. */
const SockJS = socketsOver([xhrStreaming, xhrPolling]);

export function sockJsSocket(address: string): IStompSocket {
  return new SockJS(address) as unknown as IStompSocket;
}
