// Ordered rules by command and destination: the first that matches decides.
import { StompwireError } from '../errors.ts';
import { isPattern, isUnder, printable, type Separator } from '../message/destination.ts';
import type { Policies } from '../message/policies.ts';
import type { ParamsOf } from '../message/template.ts';
import type { Interceptor, Soon } from './channel.ts';
import type { Inbound } from './inbound.ts';
import { type Condition, concerns, type Rule, type RuledCommand, type When } from './rule.ts';
import { RulePlace } from './rule-place.ts';

type AnyParams = Readonly<Record<string, string>>;
type Whom<Place extends string> = Condition<ParamsOf<Place>> | When<ParamsOf<Place>>;

/** Adds rules that allow; whoever the condition does not let pass is refused, and later rules are not asked. */
export interface Allow {
  send<const Place extends string>(place: Place, whom?: Whom<Place>): Rules;
  subscribe<const Place extends string>(place: Place, whom?: Whom<Place>): Rules;
  /** SEND and SUBSCRIBE. */
  any<const Place extends string>(place: Place, whom?: Whom<Place>): Rules;
}

/** Adds rules that deny, everybody for a reason or those of whom a condition speaks; of others later rules decide. */
export interface Deny {
  send<const Place extends string>(place: Place, whom?: string | Whom<Place>): Rules;
  subscribe<const Place extends string>(place: Place, whom?: string | Whom<Place>): Rules;
  /** SEND and SUBSCRIBE. */
  any<const Place extends string>(place: Place, whom?: string | Whom<Place>): Rules;
}

/** Destinations to which rules give a meaning of their own. */
export interface OwnDestinations {
  readonly userPrefix: string;
  /** Where fresh credentials are sent. */
  readonly authDestination: string;
  /** Which destinations are logged; none unless it is given. */
  readonly policies?: Policies;
}

const usual: OwnDestinations = { userPrefix: '/user', authDestination: '/app/$auth' };

/**
 * The rules of a server. What no rule names is allowed until `default('deny')`; a SEND to a user
 * (`/user/{name}/queue/...`) is denied until a rule allows it that begins with the user prefix, and a SEND straight
 * to a logged destination until a rule allows it that lies within the pattern of its policy.
 * Source: Spring Security's `MessageMatcherDelegatingAuthorizationManager`.
 *
 * @example
 * ```ts
 * import { createServer } from 'stompwire';
 *
 * const members = new Set(['kim']);
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * server.rules.default('deny');
 * server.rules.allow.any('/topic/admin/**', { roles: ['admin'], reason: 'admins only' });
 * server.rules.allow.subscribe('/topic/chat-room/{id}', ({ user }) => members.has(user.name) || 'members only');
 * server.rules.allow.send('/app/**');
 * await server.start();
 * await server.close();
 * ```
 */
export class Rules {
  /** Adds a rule that allows. */
  readonly allow: Allow;
  /** Adds a rule that denies. */
  readonly deny: Deny;
  readonly #separator: Separator;
  readonly #own: OwnDestinations;
  readonly #rules: Record<RuledCommand, Rule[]> = { SEND: [], SUBSCRIBE: [] };
  #defaultDenies = false;

  constructor(separator: Separator, own: OwnDestinations = usual) {
    this.#separator = separator;
    this.#own = own;
    this.allow = this.#verb(true);
    this.deny = this.#verb(false);
  }

  /**
   * What becomes of a SEND or SUBSCRIBE that no rule names. A session may always hear its own errors and show
   * fresh credentials, unless a rule denies that.
   */
  default(verdict: 'allow' | 'deny'): this {
    this.#defaultDenies = verdict === 'deny';
    return this;
  }

  /** The interceptor that holds clients to the rules. */
  get interceptor(): Interceptor<Inbound> {
    return (inbound, next) => {
      const { command, destination } = inbound;
      if (command !== 'SEND' && command !== 'SUBSCRIBE') return next();
      const rules = this.#rules[command];
      const asPattern = command === 'SUBSCRIBE' && isPattern(destination);
      const done = asPattern ? this.#judgePattern(rules, inbound) : this.#judge(rules, 0, inbound);
      return done instanceof Promise ? done.then(next) : next();
    };
  }

  #verb(allows: boolean): Allow & Deny {
    const add = (commands: readonly RuledCommand[]) => (text: string, whom?: string | Whom<never>) => {
      const rule: Rule = { allows, place: new RulePlace(text, this.#separator), ...conditionOf(whom) };
      for (const command of commands) this.#rules[command].push(rule);
      return this;
    };
    return { send: add(['SEND']), subscribe: add(['SUBSCRIBE']), any: add(['SEND', 'SUBSCRIBE']) };
  }

  /** Throws or rejects when the first rule with an opinion, or the default, refuses. */
  #judge(rules: readonly Rule[], from: number, inbound: Inbound): Soon<void> {
    const toUser = this.#isToUser(inbound);
    const logged = this.#loggedBy(inbound);
    for (let at = from; at < rules.length; at++) {
      const rule = rules[at]!;
      if (!rule.place.holds(inbound.destination)) continue;
      if (toUser && rule.allows && !isUnder(rule.place.text, this.#own.userPrefix)) continue;
      if (logged !== undefined && rule.allows && !rule.place.isWithin(logged)) continue;
      const passes = opinionOf(rule, inbound, toUser);
      if (passes instanceof Promise)
        return passes.then((decided) => (decided ? undefined : this.#judge(rules, at + 1, inbound)));
      if (passes) return;
    }
    if (toUser || logged !== undefined || this.#defaultDenies) this.#deny(inbound);
  }

  /** The pattern of the policy by which a SEND goes straight to a log. */
  #loggedBy({ command, destination }: Inbound): string | undefined {
    return command === 'SEND' ? this.#own.policies?.of(destination)?.pattern : undefined;
  }

  /**
   * A subscription to a pattern would reach around a rule for a part of what it matches: it passes only where
   * all of that is plainly allowed, and is refused where a part is denied or decided one by one.
   */
  #judgePattern(rules: readonly Rule[], inbound: Inbound): void {
    const { destination, session } = inbound;
    for (const rule of rules) {
      if (!rule.place.meets(destination)) continue;
      const concerned = concerns(rule, session.user);
      if (!rule.allows && !concerned) continue;
      if (!rule.allows || !concerned || rule.when !== undefined) refuse(rule, inbound);
      if (rule.place.covers(destination)) return;
    }
    if (this.#defaultDenies) this.#deny(inbound);
  }

  #deny({ command, destination }: Inbound): void {
    const { userPrefix, authDestination } = this.#own;
    const free = command === 'SEND' ? authDestination : `${userPrefix}/queue/errors`;
    if (destination === free) return;
    throw new StompwireError('denied', `no rule allows ${command} to '${printable(destination)}'`);
  }

  #isToUser({ command, destination }: Inbound): boolean {
    return command === 'SEND' && isUnder(destination, this.#own.userPrefix);
  }
}

function conditionOf(whom: string | Whom<string> | undefined): Condition<AnyParams> {
  if (whom === undefined) return {};
  if (typeof whom === 'string') return { reason: whom };
  return (typeof whom === 'function' ? { when: whom } : whom) as Condition<AnyParams>;
}

/** Whether a rule lets pass; `false`: it has no opinion. Throws or rejects when it refuses. */
function opinionOf(rule: Rule, inbound: Inbound, toUser: boolean): Soon<boolean> {
  const { user } = inbound.session;
  if (!concerns(rule, user)) return rule.allows && refuse(rule, inbound);
  if (rule.when === undefined) return rule.allows || refuse(rule, inbound);
  const { command, destination, headers, session } = inbound;
  const plain = rule.place.paramsOf(destination);
  const params = toUser ? decoded(plain) : plain;
  const said = rule.when({
    command: command as RuledCommand,
    destination,
    params,
    user: user!,
    session,
    headers,
  });
  return said instanceof Promise ? said.then((late) => heed(rule, late, inbound)) : heed(rule, said, inbound);
}

/** Of an allowing rule `true` lets pass and `false` refuses; of a denying one `true` refuses and `false` says nothing. */
function heed(rule: Rule, said: boolean | string, inbound: Inbound): boolean {
  if (typeof said === 'string') throw new StompwireError('denied', said);
  return Boolean(said) === rule.allows ? rule.allows : refuse(rule, inbound);
}

function refuse(rule: Rule, { command, destination }: Inbound): never {
  throw new StompwireError(
    'denied',
    rule.reason ?? `${command} to '${printable(destination)}' is not allowed`,
  );
}

/** The one way in which a name stands in a destination is for destinations; a rule compares names. */
function decoded(params: AnyParams): AnyParams {
  return Object.fromEntries(Object.entries(params).map(([name, text]) => [name, decodeURIComponent(text)]));
}
