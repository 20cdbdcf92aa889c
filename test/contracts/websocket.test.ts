// The transport contract, held against STOMP over WebSocket.
import { transportContract } from './transport.ts';
import { webSocket } from './transport-kinds.ts';

transportContract(webSocket());
