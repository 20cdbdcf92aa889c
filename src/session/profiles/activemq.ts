// Frames of ActiveMQ's clients: its patterns, and the options behind a `?`.
import type { Headers } from '../../../frames/index.ts';
import { ownPattern, type PatternSyntax } from '../../message/pattern-syntax.ts';
import type { Translate } from './translate.ts';

/** @param syntax - how patterns are written */
export function activemq(syntax: PatternSyntax): Translate {
  return ({ command, headers }) => {
    if (command === 'SEND') translateDestination(headers, 'spring');
    else if (command === 'SUBSCRIBE' || command === 'UNSUBSCRIBE') translateDestination(headers, syntax);
  };
}

function translateDestination(headers: Headers, syntax: PatternSyntax): void {
  const given = headers.get('destination');
  if (given === undefined) return;
  const named = given.startsWith('/') ? given : `/queue/${given}`;
  const own = ownPattern(withoutOptions(named), syntax);
  if (own !== given) headers.set('destination', own);
}

/** `/queue/x?consumer.prefetchSize=10` is `/queue/x`: in STOMP the headers count [ActiveMQ, destination options]. */
function withoutOptions(given: string): string {
  const at = given.indexOf('?consumer.');
  return at < 0 ? given : given.slice(0, at);
}
