// Frames of ActiveMQ's clients: its patterns, the options behind a `?`, and messages that their sender does not hear.
import type { Headers } from '../../../frames/index.ts';
import { isUnder } from '../../message/destination.ts';
import { PatternMatcher } from '../../message/pattern.ts';
import { ownPattern, type PatternSyntax } from '../../message/pattern-syntax.ts';
import type { Translate, TranslatedSession } from './translate.ts';

/** @param syntax - how patterns are written */
export function activemq(syntax: PatternSyntax): Translate {
  const deaf = new WeakMap<TranslatedSession, Map<string, PatternMatcher>>();
  return ({ command, headers }, session) => {
    if (command === 'SEND') {
      translateDestination(headers, 'spring');
      return excludeSender(headers, deaf.get(session));
    }
    if (command === 'UNSUBSCRIBE') deaf.get(session)?.delete(idOf(headers));
    if (command !== 'SUBSCRIBE' && command !== 'UNSUBSCRIBE') return;
    translateDestination(headers, syntax);
    if (command !== 'SUBSCRIBE' || headers.get('activemq.noLocal') !== 'true') return;
    const matchers = deaf.get(session) ?? new Map<string, PatternMatcher>();
    deaf.set(
      session,
      matchers.set(idOf(headers), new PatternMatcher(headers.get('destination') ?? '/', '/.')),
    );
  };
}

function idOf(headers: Headers): string {
  return headers.get('id') ?? headers.get('destination') ?? '';
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

/** A session that subscribed with noLocal hears nothing there of its own, by no other subscription either. */
function excludeSender(headers: Headers, deaf: ReadonlyMap<string, PatternMatcher> | undefined): void {
  const destination = headers.get('destination');
  if (deaf === undefined || destination === undefined || !isUnder(destination, '/topic')) return;
  for (const matcher of deaf.values())
    if (matcher.matches(destination)) headers.set('exclude-sender', 'true');
}
