// The transport contract, held against STOMP over the streaming transports of SockJS.
import { sockJsHttp } from './sockjs-kinds.ts';
import { transportContract } from './transport.ts';

transportContract(sockJsHttp('xhr_streaming'));
transportContract(sockJsHttp('eventsource', 1024 * 1024 * 1024));
transportContract(sockJsHttp('htmlfile', 4096));
