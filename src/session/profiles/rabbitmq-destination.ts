// Where a destination of RabbitMQ's leads: its exchanges amq.topic, amq.direct and amq.fanout, its queues.
import { StompwireError } from '../../errors.ts';
import { isUnder, printable } from '../../message/destination.ts';
import { ownPattern, type PatternSyntax } from '../../message/pattern-syntax.ts';

const exchangePrefix = '/exchange';
const plain = ['/topic', '/queue'];

/** Whether messages there go to all who subscribe. */
export function isPublished(destination: string): boolean {
  return isUnder(destination, '/topic') || isUnder(destination, exchangePrefix);
}

/**
 * A destination as this server has it, and as RabbitMQ writes it into MESSAGE: `/exchange/amq.topic/a.b` is
 * `/topic/a.b`, `/amq/queue/x` and `x` are `/queue/x`.
 *
 * @param syntax - how patterns are written; none: it is no pattern, whatever stands in it
 * @throws {StompwireError} `unknown-destination`, `not-supported`
 */
export function rabbitmqDestination(given: string, syntax: PatternSyntax | undefined): string {
  if (!given.startsWith('/')) return `/queue/${keyOf(given, undefined)}`;
  for (const prefix of plain)
    if (isUnder(given, prefix))
      return `${prefix}/${keyOf(given.slice(prefix.length + 1), wild(prefix, syntax))}`;
  if (isUnder(given, '/amq/queue')) return `/queue/${keyOf(given.slice('/amq/queue/'.length), undefined)}`;
  if (isUnder(given, exchangePrefix)) return exchanged(given, syntax);
  return given;
}

function wild(prefix: string, syntax: PatternSyntax | undefined): PatternSyntax | undefined {
  return prefix === '/topic' ? syntax : undefined;
}

function exchanged(given: string, syntax: PatternSyntax | undefined): string {
  const [name = '', ...rest] = given.slice(exchangePrefix.length + 1).split('/');
  const key = rest.length === 0 ? undefined : rest.join('/');
  const place = `${exchangePrefix}/${name}`;
  if (name === 'amq.topic' && key) return `/topic/${keyOf(key, syntax)}`;
  // whoever is bound to it hears everything, whatever the key
  if (name === 'amq.fanout' && syntax !== undefined) return `${place}/**`;
  if (name === 'amq.direct' || name === 'amq.fanout')
    return key ? `${place}/${keyOf(key, undefined)}` : place;
  throw unknown(given, name);
}

/**
 * A routing key with what would be a wildcard here, and is none there, escaped as `/` is; a `%` that escapes
 * nothing is escaped itself.
 */
function keyOf(key: string, syntax: PatternSyntax | undefined): string {
  if (!/[%*?#>]/.test(key)) return key;
  if (syntax === 'spring') return key;
  const escaped = key.replace(/[^/.]+/g, (word) =>
    word === '*' && syntax !== undefined ? word : literal(word),
  );
  return syntax === undefined ? escaped : ownPattern(escaped, syntax);
}

const codes: Readonly<Record<string, string>> = { '%': '%25', '*': '%2A', '?': '%3F' };

function literal(word: string): string {
  return word.replace(/%2F|[%*?]/g, (found) => codes[found] ?? found);
}

function unknown(given: string, exchange: string): StompwireError {
  const shown = `'${printable(given)}'`;
  if (exchange === 'amq.headers' || exchange === 'amq.match')
    return new StompwireError('not-supported', `${shown}: bindings by headers are not offered`);
  return new StompwireError(
    'unknown-destination',
    `${shown}: the exchanges here are amq.topic (with a key), amq.direct and amq.fanout`,
  );
}
