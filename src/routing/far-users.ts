// The users and sessions of the other nodes: where they are, what is sent to them, how they are ended.
import { Buffer } from 'node:buffer';
import type { Soon } from '../channel/channel.ts';
import { StompError } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Members, Presence, PresenceListener } from '../relay/members.ts';
import type { Command, NodeLine } from '../relay/node-line.ts';
import type { Relay } from '../relay/relay.ts';
import type { UserDelivery, UserMessage } from './user-destinations.ts';
import type { Registered, UserRegistry } from './user-registry.ts';

/** For how long sessions that are ended may take to be gone. */
const goneWithin = 5000;

/** An answer has to travel, too. */
const answerWithin = goneWithin + 2000;

/** What it stands on. */
export interface FarUsersParts {
  /** What begins the ids of this node's sessions. */
  readonly node: string;
  readonly line: NodeLine;
  readonly members: Members & Presence;
  readonly registry: UserRegistry;
  /** Delivers on this node what others send to its sessions. */
  readonly delivery: Pick<UserDelivery, 'toSession'>;
}

const subscriptionsUnasked = 'Subscriptions taken while other nodes could not be asked how many there are';

/** Joins this node with the others, where the relay, which has been started, keeps who is where. */
export async function joinNodes(
  relay: Relay,
  metrics: Metrics,
  parts: Omit<FarUsersParts, 'members'>,
): Promise<FarUsers | undefined> {
  const { members } = relay;
  if (members === undefined) return undefined;
  const help = 'Sessions let in while other nodes could not be asked how many there are';
  parts.registry.share(members, metrics.counter('sessions_unasked', help));
  const { node } = members;
  const unasked = metrics.counter('subscriptions_unasked', subscriptionsUnasked);
  parts.registry.quota.share({ quotas: members, line: parts.line, node, unasked });
  const far = new FarUsers({ ...parts, members });
  await parts.line.start();
  return far;
}

/** What other nodes know and do for this one, and this one for them. */
export class FarUsers {
  readonly members: Members & Presence;
  readonly #parts: FarUsersParts;
  readonly #watching = new Set<PresenceListener>();
  #watched: Promise<void> | undefined;

  constructor(parts: FarUsersParts) {
    this.#parts = parts;
    this.members = parts.members;
    const { line } = parts;
    line.on('deliver', (command) => this.#deliver(command));
    line.on('end-user', ({ about }) =>
      endSessions([...parts.registry.sessionsOf(String(about.user))], String(about.reason)),
    );
    line.on('end-session', ({ about }) => {
      const session = parts.registry.session(String(about.session));
      return session === undefined ? 0 : endSessions([session], String(about.reason));
    });
  }

  /** The node of a session, as its id says; `undefined`: this one, or none. */
  nodeOf(session: string): string | undefined {
    const node = session.slice(0, Math.max(0, session.lastIndexOf('-')));
    return node === '' || node === this.#parts.node ? undefined : node;
  }

  /**
   * Sends to a queue of a session of another node.
   *
   * @param name - only to a session that goes by it without having proven it; none: to any
   */
  send(session: string, path: string, message: UserMessage, name?: string): Soon<void> {
    const node = this.nodeOf(session);
    if (node === undefined) return;
    const { body, contentType, headers, excludes } = message;
    const about = { session, path, excludes, name };
    return this.#parts.line.tell(node, 'deliver', { about, body, contentType, headers });
  }

  /** Ends the sessions of a user on all other nodes. @returns how many there were */
  endUser(user: string, reason: string): Promise<number> {
    return this.#askAll('end-user', { about: { user, reason } });
  }

  /** Ends a session of another node. @returns whether it was there */
  async endSession(session: string, reason: string): Promise<boolean> {
    const node = this.nodeOf(session);
    if (node === undefined || !(await this.#others()).includes(node)) return false;
    const { line } = this.#parts;
    const answers = await line.ask('end-session', { about: { session, reason } }, [node], answerWithin);
    return sumOf(answers) > 0;
  }

  /** Tells of users who come and go. @returns what ends that, once every later change is told */
  async watch(listener: PresenceListener): Promise<() => void> {
    this.#watching.add(listener);
    this.#watched ??= this.#watch();
    await this.#watched;
    return () => void this.#watching.delete(listener);
  }

  async #watch(): Promise<void> {
    await this.members.watch((user, online) => {
      for (const listener of this.#watching) listener(user, online);
    });
  }

  async #askAll(name: string, command: Command): Promise<number> {
    const others = await this.#others();
    if (others.length === 0) return 0;
    return sumOf(await this.#parts.line.ask(name, command, others, answerWithin));
  }

  async #others(): Promise<string[]> {
    return (await this.members.nodes()).filter((node) => node !== this.members.node);
  }

  #deliver({ about, body, contentType, headers }: Command): void {
    const { session, path, excludes, name } = about as Record<string, string | undefined>;
    const user = this.#parts.registry.session(String(session))?.user;
    if (name !== undefined && (user?.authenticated !== false || user.name !== name)) return;
    const given = { body: Buffer.from(body!), contentType, headers: headers ?? [], excludes };
    this.#parts.delivery.toSession(String(session), String(path), given);
  }
}

/** Ends sessions with an ERROR that gives the reason; done when they are gone, or had their time. */
export async function endSessions(sessions: readonly Registered[], reason: string): Promise<number> {
  if (sessions.length === 0) return 0;
  const gone = sessions.map(({ ended }) => new Promise<void>((resolve) => whenAborted(ended, resolve)));
  for (const session of sessions) session.fail(new StompError(reason));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, goneWithin);
  });
  await Promise.race([Promise.all(gone), late]);
  clearTimeout(timer);
  return sessions.length;
}

function whenAborted(signal: AbortSignal, then: () => void): void {
  if (signal.aborted) then();
  else signal.addEventListener('abort', then, { once: true });
}

const sumOf = (counts: readonly unknown[]): number =>
  counts.reduce<number>((sum, count) => sum + Number(count), 0);
