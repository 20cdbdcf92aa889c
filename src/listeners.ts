// The listeners that the options ask for: WebSocket and SockJS on every endpoint, plain WebSocket, STOMP over TCP.
import type { Server } from 'node:http';
import type { Config } from './config/schema.ts';
import { peerReader, tlsOf } from './http/http.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { TimingWheel } from './time/wheel.ts';
import { originGuard } from './transport/origins.ts';
import { type PlainOptions, PlainTransport } from './transport/plain.ts';
import { SockJsTransport } from './transport/sockjs-transport.ts';
import { TcpTransport } from './transport/tcp.ts';
import type { Transport } from './transport/transport.ts';
import { WebSocketTransport } from './transport/websocket.ts';

/** All listeners, and those of the endpoints, which take upgrades and answer requests. */
export interface Listeners {
  readonly all: readonly Transport[];
  readonly webSocket: WebSocketTransport;
  readonly sockJs: SockJsTransport | undefined;
}

/**
 * Makes the listeners; nothing is opened yet.
 *
 * @param http - where endpoints are, started by somebody else
 * @param brought - whether somebody else brings its upgrades, too
 */
export function createListeners(
  config: Config,
  http: Server,
  wheel: TimingWheel,
  metrics: Metrics,
  brought = false,
): Listeners {
  const shared = {
    guard: originGuard(config.origins, config.host),
    peerOf: peerReader(config),
    maxMessageBytes: Math.max(4 * config.maxFrameBytes, 1024 * 1024),
  };
  const sockJs = config.sockjs
    ? new SockJsTransport(config.endpoints, { ...shared, ...sockJsOptions(config), wheel, metrics })
    : undefined;
  // the session is the first to lose patience, wherever it knows of the close
  const closeTimeout = Math.max(config.closeTimeout, config.outboxTime, config.drainTimeout);
  const plain = plainOf(config, { ...shared, closeTimeout, metrics });
  const webSocket = new WebSocketTransport(http, {
    ...shared,
    brought,
    endpoints: config.endpoints,
    closeTimeout,
    otherwise: (request, socket, head) =>
      plain?.upgrade(request, socket, head) || (sockJs?.upgrade(request, socket, head) ?? false),
  });
  const tcp =
    config.stompPort === 'off'
      ? []
      : [new TcpTransport({ host: config.host, port: config.stompPort, tls: tlsOf(config) })];
  const others = [plain, sockJs].filter((one) => one !== undefined);
  return { all: [...tcp, webSocket, ...others], webSocket, sockJs };
}

type Shared = Pick<PlainOptions, 'guard' | 'peerOf' | 'closeTimeout' | 'metrics'>;

function plainOf(config: Config, shared: Shared): PlainTransport | undefined {
  const { plainEndpoint: endpoint, brokerPrefixes, virtualHosts } = config;
  if (endpoint === undefined) return undefined;
  const topic = brokerPrefixes.find((prefix) => prefix !== '/queue') ?? brokerPrefixes[0];
  return new PlainTransport({
    ...shared,
    endpoint,
    destination: `${topic}/plain${endpoint}`,
    prefix: config.plainPrefix ?? '',
    echo: config.plainEcho,
    host: virtualHosts[0] ?? '',
    maxMessageBytes: config.maxFrameBytes,
  });
}

function sockJsOptions(config: Config) {
  return {
    websocket: config.sockjsWebsocket,
    cookie: config.sockjsCookie === 'jsessionid' ? ('jsessionid' as const) : (false as const),
    responseLimit: config.sockjsResponseLimit,
    heartbeatDelay: config.sockjsHeartbeat,
    disconnectDelay: config.sockjsDisconnectDelay,
    // the session's own limit comes first: it tells the client why
    bufferBytes: 2 * config.outboxBytes,
    maxSessions: config.sockjsMaxSessions,
    jsonp: config.sockjsJsonp,
    origins: config.origins,
  };
}

/** Where a running server is reached. */
export interface Addresses {
  readonly http: string;
  readonly endpoints: readonly string[];
  readonly stomp?: string;
  readonly ops?: string;
}

/** Where transports are reached, and what stands beside them. */
export function addressesOf(
  config: Config,
  transports: readonly Transport[],
  ops: string | undefined,
): Addresses {
  const endpoints = transports.flatMap((one) => (one.name === 'websocket' ? one.addresses : []));
  const stomp = transports.find((one) => one.name === 'tcp')?.addresses[0];
  const http = (endpoints[0] ?? '').replace(/^ws/, 'http').replace(config.endpoints[0] ?? '', '');
  return { http, endpoints, ...(stomp !== undefined && { stomp }), ...(ops !== undefined && { ops }) };
}
