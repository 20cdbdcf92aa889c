// Frames of RabbitMQ's clients: its exchanges, escaped names, and durable subscriptions [RabbitMQ, STOMP plugin].
import type { Headers } from '../../../frames/index.ts';
import { detached } from '../../auth/identity.ts';
import type { PatternSyntax } from '../../message/pattern-syntax.ts';
import { isPublished, rabbitmqDestination } from './rabbitmq-destination.ts';
import type { Translate, TranslatedSession } from './translate.ts';

/** The names that durable subscriptions go by, by their ids: UNSUBSCRIBE gives the id alone. */
type Names = Map<string, string>;

/** So many of them are kept of a session, those that were given last: ids are the client's to make up. */
const mostNames = 1000;

/** @param syntax - how patterns are written */
export function rabbitmq(syntax: PatternSyntax): Translate {
  const named = new WeakMap<TranslatedSession, Names>();
  return ({ command, headers }, session) => {
    if (command === 'SEND') return translateDestination(headers, undefined);
    if (command !== 'SUBSCRIBE' && command !== 'UNSUBSCRIBE') return;
    translateDestination(headers, syntax);
    if (command === 'SUBSCRIBE') keepName(headers, session, named);
    else if (isDurable(headers)) giveName(headers, named.get(session));
  };
}

function translateDestination(headers: Headers, syntax: PatternSyntax | undefined): void {
  const given = headers.get('destination');
  if (given === undefined) return;
  const own = rabbitmqDestination(given, syntax);
  if (own !== given) headers.set('destination', own);
}

/** The queue of a subscription to a topic is durable, or shared by all who name it. */
function keepName(
  headers: Headers,
  session: TranslatedSession,
  named: WeakMap<TranslatedSession, Names>,
): void {
  const destination = headers.get('destination') ?? '';
  const id = headers.get('id');
  if (!isPublished(destination) || id === undefined) return;
  const queue = headers.get('x-queue-name');
  if (!isDurable(headers) && queue === undefined) return;
  const name = queue ?? `${id} ${destination}`;
  headers.set('activemq.subscriptionName', name);
  const names = named.get(session) ?? new Map<string, string>();
  names.delete(id);
  named.set(session, names.set(detached(id), detached(name))); // no slices of its frame
  if (names.size > mostNames) names.delete(names.keys().next().value!);
}

function giveName(headers: Headers, names: Names | undefined): void {
  const name = headers.get('x-queue-name') ?? names?.get(headers.get('id') ?? '');
  if (name !== undefined) headers.set('activemq.subscriptionName', name);
}

/** `persistent` is what it was called first. */
function isDurable(headers: Headers): boolean {
  return headers.get('durable') === 'true' || headers.get('persistent') === 'true';
}
