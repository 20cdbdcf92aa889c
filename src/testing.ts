// The test kit, published as 'stompwire/testing': handlers alone, and whole applications without a socket.
export { type Called, type CallParts, callHandler, callSubscribeHandler } from './testing/call-handler.ts';
export { ExpectationError, Refusal } from './testing/failures.ts';
export type { Waiting } from './testing/mailbox.ts';
export type { Expected, Received } from './testing/received.ts';
export type { Published } from './testing/recorder.ts';
export { type ConnectOptions, startTestApp, type TestApp, type TestAppParts } from './testing/test-app.ts';
export type { Ended, TestClient } from './testing/test-client.ts';
export type { TestSubscription } from './testing/test-subscription.ts';
