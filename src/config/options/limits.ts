// The options that bound what one client may cost: sizes, counts and times.
import { decimal, whole } from '../option.ts';

const DAY = 86_400_000;
const GIBIBYTE = 1_073_741_824;

export const LIMITS = {
  maxFrameBytes: whole({
    default: 262_144,
    flag: 'max-frame-bytes',
    unit: 'bytes',
    min: 1,
    max: GIBIBYTE,
    reason: 'The largest frame taken, headers and body together.',
  }),
  maxHeaders: whole({
    default: 64,
    flag: 'max-headers',
    unit: 'headers',
    min: 1,
    max: 10_000,
    reason: 'The most headers that one frame may carry.',
  }),
  maxHeaderLineBytes: whole({
    default: 8192,
    flag: 'max-header-line-bytes',
    unit: 'bytes',
    min: 1,
    max: GIBIBYTE,
    reason: 'The longest command or header line.',
  }),
  maxSubscriptions: whole({
    default: 1000,
    flag: 'max-subscriptions',
    unit: 'subscriptions',
    min: 1,
    max: 1_000_000,
    reason: 'The most subscriptions that one session may hold.',
  }),
  maxSessions: whole({
    default: 100_000,
    flag: 'max-sessions',
    unit: 'sessions',
    min: 1,
    max: 10_000_000,
    reason: 'The most connections that this process takes at a time.',
  }),
  maxSessionsPerAddress: whole({
    default: 0,
    flag: 'max-sessions-per-address',
    unit: 'sessions',
    min: 0,
    max: 10_000_000,
    reason: 'The most connections from one address, for offices and proxies share one; 0 sets no bound.',
  }),
  outboxBytes: whole({
    default: 1_048_576,
    flag: 'outbox-bytes',
    unit: 'bytes',
    min: 1,
    max: GIBIBYTE,
    reason: 'How much may wait for a client that reads too slowly, before it is cut.',
  }),
  waitingBytes: whole({
    default: 65_536,
    flag: 'waiting-bytes',
    unit: 'bytes',
    min: 1,
    max: GIBIBYTE,
    reason: 'How much input of one session may wait for its handlers, before reading from it pauses.',
  }),
};

export const TIMES = {
  outboxTime: whole({
    default: 10_000,
    flag: 'outbox-time',
    unit: 'ms',
    min: 1,
    max: DAY,
    reason: 'How long a client may read nothing while something waits for it, before it is cut.',
  }),
  connectTimeout: whole({
    default: 10_000,
    flag: 'connect-timeout',
    unit: 'ms',
    min: 1,
    max: DAY,
    reason: 'How long a connection may stay open without a CONNECT.',
  }),
  frameTimeout: whole({
    default: 30_000,
    flag: 'frame-timeout',
    unit: 'ms',
    min: 1,
    max: DAY,
    reason: 'How long a frame that has begun may stay unfinished.',
  }),
  idleTimeout: whole({
    default: 0,
    flag: 'idle-timeout',
    unit: 'ms',
    min: 0,
    max: 30 * DAY,
    reason: 'How long a client may send nothing but heart-beats; 0 sets no bound.',
  }),
  heartbeatSend: whole({
    default: 10_000,
    flag: 'heartbeat-send',
    unit: 'ms',
    min: 0,
    max: DAY,
    reason: 'How often the service can send a heart-beat; 0 sends none.',
  }),
  heartbeatReceive: whole({
    default: 10_000,
    flag: 'heartbeat-receive',
    unit: 'ms',
    min: 0,
    max: DAY,
    reason: 'How often the service wants a heart-beat from clients; 0 asks for none.',
  }),
  heartbeatGrace: decimal({
    default: 3,
    flag: 'heartbeat-grace',
    unit: 'times',
    min: 1,
    max: 100,
    reason:
      'How many times the agreed interval a client may stay silent, for browsers slow the timers of hidden pages.',
  }),
  drainTimeout: whole({
    default: 10_000,
    flag: 'drain-timeout',
    unit: 'ms',
    min: 0,
    max: DAY,
    reason: 'How long a stopping service waits for its clients to take what is left; 0 cuts them at once.',
  }),
  closeTimeout: whole({
    default: 2000,
    flag: 'close-timeout',
    unit: 'ms',
    min: 0,
    max: DAY,
    reason: "How long to wait for the client's close after ours; 0 cuts at once.",
  }),
};
