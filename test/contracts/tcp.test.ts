// The transport contract, held against STOMP over TCP.
import { transportContract } from './transport.ts';
import { tcp } from './transport-kinds.ts';

transportContract(tcp());
