// The client of stompwire for browsers and Node, published as 'stompwire/client'.
export type { Backoff } from './backoff.ts';
export { type ClientOptions, type ClientSubscription, StompwireClient } from './client.ts';
export { ClientError, type ClientErrorParts } from './client-error.ts';
export type { TextStorage } from './keepsake.ts';
export type { Phase } from './phase.ts';
export type { Resumed, SubscribeOptions } from './resuming-subscription.ts';
export type { QueueLimits, ReceiptLevel, SendOptions } from './sends.ts';
export {
  type ConnectHeaders,
  type Dial,
  type OpenSession,
  openBy,
  type SessionEnd,
  type SessionEvents,
  type StompSession,
} from './session.ts';
export type { World } from './world.ts';
