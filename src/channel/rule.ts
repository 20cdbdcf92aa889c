// One rule: which command, where, for whom, on what condition, and what it says when it refuses.
import type { Headers } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import type { Soon } from './channel.ts';
import type { SessionView } from './inbound.ts';
import type { RulePlace } from './rule-place.ts';

/** The commands that rules speak of: those with a destination. */
export type RuledCommand = 'SEND' | 'SUBSCRIBE';

/** What a condition is asked about. */
export interface Asked<Params> {
  readonly command: RuledCommand;
  readonly destination: string;
  /** What the variables of the rule's template stand for; the name in `/user/{name}/...` is decoded. */
  readonly params: Params;
  readonly user: User;
  readonly session: SessionView;
  readonly headers: Headers;
}

/** Decides one case, now or later. A text refuses, and is the reason that the client is told. */
export type When<Params> = (asked: Asked<Params>) => Soon<boolean | string>;

/** For whom a rule speaks; what is left out is not asked. */
export interface Condition<Params> {
  /** One of these roles. */
  readonly roles?: readonly string[];
  /** Only who has proven a name. */
  readonly authenticated?: true;
  /** What else must be true. */
  readonly when?: When<Params>;
  /** What the client is told when this rule refuses. */
  readonly reason?: string;
}

/** A rule as it is kept. */
export interface Rule extends Condition<Readonly<Record<string, string>>> {
  readonly allows: boolean;
  readonly place: RulePlace;
}

/** Whether a rule speaks of this user at all, before its own condition is asked. */
export function concerns(rule: Rule, user: User | undefined): boolean {
  if (rule.authenticated && !user?.authenticated) return false;
  return rule.roles === undefined || rule.roles.some((role) => user?.roles.includes(role));
}
