// How clients of other brokers write patterns, and how this server has them.
import { StompwireError } from '../errors.ts';
import { printable } from './destination.ts';

/** Whose patterns clients write. */
export type PatternSyntax = 'spring' | 'rabbitmq' | 'activemq';

/** What stands for any number of words, and where it may. */
const wildcards = {
  rabbitmq: { many: '#', last: false },
  activemq: { many: '>', last: true },
} as const;

/**
 * A destination of a SUBSCRIBE as this server has it: `/topic/a.#.b` becomes `/topic/a.**.b`, `/topic/a.>` becomes
 * `/topic/a.**`. Words are divided by `/` and `.`.
 *
 * @throws {StompwireError} `bad-destination` where that broker means no pattern, and this server would
 */
export function ownPattern(destination: string, syntax: PatternSyntax): string {
  if (syntax === 'spring' || !/[*?#>]/.test(destination)) return destination;
  const { many, last } = wildcards[syntax];
  let own = '';
  let from = 0;
  for (let at = 0; at <= destination.length; at++) {
    const divider = destination[at];
    if (divider !== undefined && divider !== '/' && divider !== '.') continue;
    const word = destination.slice(from, at);
    if (word !== '*' && /[*?]/.test(word)) throw unlike(destination, many);
    if (word === many && last && divider !== undefined) throw unlike(destination, many);
    own += `${word === many ? '**' : word}${divider ?? ''}`;
    from = at + 1;
  }
  return own;
}

function unlike(destination: string, many: string): StompwireError {
  const where = many === '>' ? ', > the last' : '';
  return new StompwireError(
    'bad-destination',
    `pattern '${printable(destination)}': * and ${many} stand for whole words${where}, and ? for nothing`,
  );
}
