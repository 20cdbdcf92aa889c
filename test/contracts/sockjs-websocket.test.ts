// The transport contract, held against STOMP over SockJS over WebSocket.
import { sockJsWebSocket } from './sockjs-kinds.ts';
import { transportContract } from './transport.ts';

transportContract(sockJsWebSocket());
