// Counts what an endpoint refuses, by reason; the reasons are few and known.
import { type Counter, type Metrics, noMetrics } from '../../metrics/metrics.ts';

const reasons = {
  origin: 'the guard refused',
  'unknown-session': 'no such session: ended, or of another server',
  'other-owner': 'the session belongs to somebody else',
  'second-receiver': 'another request receives already',
  'too-many-sessions': 'as many sessions as there may be',
  'too-large': 'the payload is larger than the limit',
  'bad-payload': 'the payload is no JSON array of strings',
  'busy-session': 'too many requests of one session wait',
  overflow: 'more waited for the client than may wait',
} as const;

/** Why something was refused. */
export type Refusal = keyof typeof reasons;

/** One counter per reason. */
export type Refusals = Readonly<Record<Refusal, Counter>>;

export function refusalCounters(metrics: Metrics = noMetrics): Refusals {
  const help = 'What SockJS endpoints refused, by reason';
  const counters = Object.keys(reasons).map((reason) => [
    reason,
    metrics.counter('sockjs_refused', help, { reason }),
  ]);
  return Object.fromEntries(counters) as Refusals;
}

/** The reason behind the status of an answer to an upload. */
export function refusalOf(status: number): Refusal {
  if (status === 404) return 'unknown-session';
  if (status === 413) return 'too-large';
  return status === 503 ? 'busy-session' : 'bad-payload';
}
