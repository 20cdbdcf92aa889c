// The options of SockJS: which of its transports are offered, and how much its sessions may cost.
import { oneOf, whole, yesOrNo } from '../option.ts';

const DAY = 86_400_000;
const GIBIBYTE = 1_073_741_824;

export const SOCKJS = {
  sockjs: yesOrNo({
    default: true,
    flag: 'sockjs',
    reason: 'Every endpoint answers SockJS clients too, for browsers behind proxies that cut WebSocket off.',
  }),
  sockjsWebsocket: yesOrNo({
    default: true,
    flag: 'sockjs-websocket',
    reason:
      'SockJS clients are offered WebSocket; without it they take HTTP at once, where nothing else gets through.',
  }),
  sockjsJsonp: yesOrNo({
    default: false,
    flag: 'sockjs-jsonp',
    reason:
      'The JSONP transport, for pages of other origins in very old browsers: it carries no Origin, so any page may use it.',
  }),
  sockjsCookie: oneOf(['off', 'jsessionid'], {
    placeholder: '<cookie>',
    default: 'off',
    flag: 'sockjs-cookie',
    reason: 'Sets the cookie JSESSIONID, for balancers that keep a client on one node by it.',
  }),
  sockjsMaxSessions: whole({
    default: 20_000,
    flag: 'sockjs-max-sessions',
    unit: 'sessions',
    min: 1,
    max: 10_000_000,
    reason: 'The most SockJS sessions over HTTP that an endpoint holds.',
  }),
  sockjsResponseLimit: whole({
    default: 131_072,
    flag: 'sockjs-response-limit',
    unit: 'bytes',
    min: 4096,
    max: GIBIBYTE,
    reason:
      'After how much a streaming response ends and the client opens the next, for browsers keep all of it in memory.',
  }),
  sockjsHeartbeat: whole({
    default: 25_000,
    flag: 'sockjs-heartbeat',
    unit: 'ms',
    min: 1,
    max: DAY,
    reason: 'How often a SockJS connection is kept alive by a byte, for proxies close what is silent.',
  }),
  sockjsDisconnectDelay: whole({
    default: 5000,
    flag: 'sockjs-disconnect-delay',
    unit: 'ms',
    min: 1,
    max: DAY,
    reason: 'How long a SockJS session over HTTP lives while its client has no request open.',
  }),
};
