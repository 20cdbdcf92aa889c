// What clients see otherwise here than with the broker that they were written for, and why. docs/compat.md tells it.
import type { Observed } from './stage.ts';

/** A header whose value, or whose being there, is not compared. */
export interface HeaderDifference {
  readonly header: string;
  readonly reason: string;
}

/** A program that observes something else. */
export interface ProgramDifference {
  readonly program: string;
  readonly there: Observed;
  readonly here: Observed;
  readonly reason: string;
}

/** All that is known of one broker. */
export interface Differences {
  readonly headers: readonly HeaderDifference[];
  readonly programs: readonly ProgramDifference[];
}

/** What differs from whatever broker it is. */
const anyBroker: readonly HeaderDifference[] = [
  { header: 'message-id', reason: 'each broker names messages in its own way' },
  { header: 'ack', reason: 'each broker names deliveries in its own way' },
  { header: 'session', reason: 'each broker names sessions in its own way' },
  { header: 'server', reason: 'it is another server' },
  { header: 'user-name', reason: 'CONNECTED tells the name of the user' },
  { header: 'delivery-count', reason: 'a message that comes again says how often it came' },
];

const unsubscribedTwice: ProgramDifference = {
  program: 'UNSUBSCRIBE of nothing',
  there: 'refused',
  here: 'done',
  reason: 'an UNSUBSCRIBE of what is not there is no error: pages unsubscribe twice',
};

export const rabbitmqDifferences: Differences = {
  headers: [
    ...anyBroker,
    {
      header: 'receipt',
      reason: "the receipt header of a SEND is the sender's, and does not travel to others",
    },
  ],
  programs: [
    unsubscribedTwice,
    {
      program: 'a key with wildcards, sent to',
      there: [message('/topic/U.*', '/topic/U.*', '10')],
      here: [message('/topic/U.%2A', '/topic/U.*', '10')],
      reason: '`*` and `?` in the key of a SEND come back as `%2A` and `%3F`',
    },
    {
      program: 'an empty body',
      there: [{ body: '', destination: '/topic/U', redelivered: 'false', subscription: '0' }],
      here: [message('/topic/U', '', '0')],
      reason: '`content-length:0` is told of an empty body too',
    },
    {
      program: 'two segments of a path',
      there: 'refused',
      here: 'done',
      reason: 'destinations with more segments, such as `/topic/a/b`, are taken',
    },
    {
      program: 'SUBSCRIBE to a temporary queue',
      there: 'refused',
      here: 'done',
      reason: 'a session may subscribe to its own temporary queues',
    },
    {
      program: 'SEND with a message-id',
      there: 'refused',
      here: 'done',
      reason: 'a `message-id` on SEND is left out, and not refused',
    },
    {
      program: 'a refused message',
      there: 0,
      here: 1,
      reason: 'what is refused with `requeue:false` goes to `/queue/dead-letter`',
    },
  ],
};

function message(destination: string, body: string, length: string): Observed {
  return { body, 'content-length': length, destination, redelivered: 'false', subscription: '0' };
}

export const activemqDifferences: Differences = {
  headers: [
    ...anyBroker,
    { header: 'client-token', reason: 'CONNECTED gives guests a token' },
    {
      header: 'heart-beat',
      reason:
        'CONNECTED tells what the server gives and wants, which it does for no client that asks for none',
    },
    { header: 'timestamp', reason: 'a MESSAGE has the headers of its SEND, and no `timestamp` of ours' },
    { header: 'expires', reason: 'a MESSAGE says `expires` when its SEND did, and not `expires:0`' },
    { header: 'priority', reason: 'a MESSAGE says `priority` when its SEND did, and not `priority:4`' },
    { header: 'content-length', reason: 'a MESSAGE always says its `content-length`' },
    { header: 'redelivered', reason: 'a message that comes again always says so' },
  ],
  programs: [unsubscribedTwice],
};
