// The headers that say how a message waits in a queue: `priority`, `expires`, `expiration`, `persistent`.
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import type { QueueTerms } from './consumer.ts';

/** Hears of a value that cannot be meant. */
type Wrong = (name: string, value: string, allowed: string) => void;

const never = Number.POSITIVE_INFINITY;
const usual: QueueTerms = Object.freeze({});
const whole = /^\d{1,16}$/;

/**
 * The terms that a SEND to a queue asks for, of which the first header of each name counts.
 *
 * @param headers - name, value, name, value...
 * @param now - milliseconds since the epoch of Unix
 * @throws {StompwireError} `bad-header`
 */
export function termsOf(headers: readonly string[], now: number): QueueTerms {
  return read(headers, now, (name, value, allowed) => {
    throw new StompwireError('bad-header', `${name}:${printable(value)} is not allowed; give ${allowed}`);
  });
}

/** The same of a message on a topic, where those names may stand for anything: what cannot be meant is left out. */
export function usualTermsOf(headers: readonly string[], now: number): QueueTerms {
  return read(headers, now, () => {});
}

function read(headers: readonly string[], now: number, wrong: Wrong): QueueTerms {
  if (headers.length === 0) return usual;
  let priority: number | undefined;
  let expires: number | undefined;
  let persistent: boolean | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!;
    const value = headers[at + 1]!;
    if (name === 'priority') priority ??= priorityOf(name, value, wrong);
    else if (name === 'expires') expires ??= expiryOf(name, value, 0, wrong);
    else if (name === 'expiration') expires ??= expiryOf(name, value, now, wrong);
    else if (name === 'persistent') persistent ??= value === 'true';
  }
  return {
    ...(priority !== undefined && { priority }),
    ...(expires !== undefined && expires !== never && { expires }),
    ...(persistent && { persistent }),
  };
}

/** [JMS] 0 to 9; what RabbitMQ counts beyond is as high as can be. */
function priorityOf(name: string, value: string, wrong: Wrong): number | undefined {
  if (/^\d{1,3}$/.test(value) && Number(value) <= 255) return Math.min(9, Number(value));
  wrong(name, value, 'a whole number from 0 to 9');
  return undefined;
}

/** `expires` is a time [ActiveMQ], 0 being never; `expiration` counts from now [RabbitMQ]. */
function expiryOf(name: string, value: string, from: number, wrong: Wrong): number | undefined {
  if (whole.test(value)) return name === 'expires' && Number(value) === 0 ? never : from + Number(value);
  wrong(
    name,
    value,
    name === 'expires' ? 'milliseconds since 1970, or 0 for never' : 'milliseconds from now',
  );
  return undefined;
}
