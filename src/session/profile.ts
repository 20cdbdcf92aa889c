// Whose clients need no change of their own: how what they write is put as this server has it.
import { ownPattern, type PatternSyntax } from '../message/pattern-syntax.ts';
import { aliases } from './aliases.ts';
import { activemq } from './profiles/activemq.ts';
import { rabbitmq } from './profiles/rabbitmq.ts';
import type { Translate } from './profiles/translate.ts';

/** What is different for clients of another broker. */
export interface Profile {
  /** Whether `/queue` is one more prefix under which messages fan out. */
  readonly queuesFanOut: boolean;
  /** Whether every MESSAGE says if it was delivered before, and not only one that was. */
  readonly tellsRedelivered: boolean;
  /** Whether a SUBSCRIBE says what its queue is like: for how long it holds what, and how long it stays. */
  readonly declaresQueues?: boolean;
  /** Whether CONNECTED tells the heart-beats that were agreed upon, none where none was asked for. */
  readonly tellsAgreedHeartbeats?: boolean;
  /**
   * Changes the headers of a client's frame in their place, before anything else looks at it: how destinations are
   * written, what headers are called, what holds when nothing is said.
   */
  readonly translate?: Translate;
}

const own: Profile = { queuesFanOut: false, tellsRedelivered: false };

/** The profiles, by the words of the option `compat`. */
export const profiles: Readonly<Record<'none' | 'spring' | 'rabbitmq' | 'activemq', Profile>> = {
  none: own,
  spring: { ...own, queuesFanOut: true },
  rabbitmq: { ...own, tellsRedelivered: true, tellsAgreedHeartbeats: true, declaresQueues: true },
  activemq: own,
};

/** What the options say of whose clients there are, and of how they write patterns. */
export interface ProfileOptions {
  readonly compat: keyof typeof profiles;
  readonly patterns: PatternSyntax;
  /** What clients call destinations; see {@link aliases}. */
  readonly aliases: readonly string[];
}

/** The profile of a server. */
export function profileOf({ aliases: texts, ...options }: ProfileOptions): Profile {
  const profile = withoutAliases(options);
  if (texts.length === 0) return profile;
  const [alias, then] = [aliases(texts), profile.translate];
  const translate: Translate = (frame, session) => {
    alias(frame, session);
    then?.(frame, session);
  };
  return { ...profile, translate };
}

function withoutAliases({ compat, patterns }: Omit<ProfileOptions, 'aliases'>): Profile {
  const profile = profiles[compat];
  if (compat === 'rabbitmq') return { ...profile, translate: rabbitmq(patterns) };
  if (compat === 'activemq') return { ...profile, translate: activemq(patterns) };
  return patterns === 'spring' ? profile : { ...profile, translate: patternsOf(patterns) };
}

/** Of a client that writes nothing but its patterns as that broker has them. */
function patternsOf(syntax: PatternSyntax): Translate {
  return ({ command, headers }) => {
    if (command !== 'SUBSCRIBE' && command !== 'UNSUBSCRIBE') return;
    const destination = headers.get('destination');
    if (destination !== undefined) headers.set('destination', ownPattern(destination, syntax));
  };
}
