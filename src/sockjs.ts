// The public face of the SockJS layer: an endpoint for any application, with no STOMP in it.
export type { Counter, Labels, Metrics } from './metrics/metrics.ts';
export { TimingWheel } from './time/wheel.ts';
export { type OriginFacts, type OriginGuard, originGuard } from './transport/origins.ts';
export { quote } from './transport/sockjs/quote.ts';
export {
  SockJs,
  type SockJsConnection,
  type SockJsHandler,
  type SockJsKind,
  type SockJsOpener,
  type SockJsOptions,
  sockJsDefaults,
} from './transport/sockjs/sockjs.ts';
export type { Handshake, Peer } from './transport/transport.ts';
