// A socket over plain HTTP requests, for networks that let no WebSocket through: a script of its own, loaded when needed.
import type { IStompSocket } from '@stomp/stompjs';
import SockJS from 'sockjs-client';

/** Of all transports those that need nothing but requests: no frame and no script of elsewhere, so that the page's policy holds. */
const TRANSPORTS = ['xhr-streaming', 'xhr-polling'];

export function sockJsSocket(address: string): IStompSocket {
  return new SockJS(address, undefined, { transports: TRANSPORTS }) as unknown as IStompSocket;
}
