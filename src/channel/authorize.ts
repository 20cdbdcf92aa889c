// Ordered rules by command and destination pattern: the first that matches decides.
import type { ClientCommand } from '../../frames/index.ts';
import { StompwireError } from '../errors.ts';
import { isPattern, type Separator } from '../message/destination.ts';
import { PatternMatcher } from '../message/pattern.ts';
import type { Interceptor } from './channel.ts';
import type { Inbound } from './inbound.ts';

interface Rule {
  readonly command: ClientCommand;
  readonly matcher: PatternMatcher;
  readonly allows: boolean;
  readonly reason: string;
}

/** The rules of a server; what no rule names is allowed. */
export class Rules {
  readonly #rules: Rule[] = [];
  readonly #separator: Separator;

  constructor(separator: Separator) {
    this.#separator = separator;
  }

  /** Lets clients do it, whatever later rules say. */
  allow(command: ClientCommand, pattern: string): this {
    return this.#add({ command, allows: true, reason: '' }, pattern);
  }

  /** Refuses it; the client is told the reason. */
  deny(command: ClientCommand, pattern: string, reason: string): this {
    return this.#add({ command, allows: false, reason }, pattern);
  }

  /** The interceptor that holds clients to the rules. */
  get interceptor(): Interceptor<Inbound> {
    return (inbound, next) => {
      const rule = this.#rules.find((one) => one.command === inbound.command && applies(one, inbound));
      if (rule !== undefined && !rule.allows) throw new StompwireError('denied', rule.reason);
      return next();
    };
  }

  #add(rule: Omit<Rule, 'matcher'>, pattern: string): this {
    this.#rules.push({ ...rule, matcher: new PatternMatcher(pattern, this.#separator) });
    return this;
  }
}

/**
 * A subscription to a pattern would reach around a rule for a part of what it matches: it is allowed only
 * where the rule allows all of it, and denied where the rule denies any.
 */
function applies({ matcher, allows }: Rule, { destination }: Inbound): boolean {
  if (!isPattern(destination)) return matcher.matches(destination);
  return allows ? matcher.covers(destination) : matcher.meets(destination);
}
