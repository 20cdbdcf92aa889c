// The transport contract, held against STOMP over the polling transports of SockJS.
import { sockJsHttp } from './sockjs-kinds.ts';
import { transportContract } from './transport.ts';

transportContract(sockJsHttp('xhr'));
transportContract(sockJsHttp('jsonp'));
