// What carries messages in a server: logs and history, the broker over its relay, the router, and the line to other nodes.
import type { FastifyBaseLogger } from 'fastify';
import { Broker } from './broker/broker.ts';
import type { Channel } from './channel/channel.ts';
import type { Inbound } from './channel/inbound.ts';
import type { Outgoing } from './channel/interceptors.ts';
import type { Outbound } from './channel/outbound.ts';
import { patternSeparator } from './config/compat.ts';
import type { Config } from './config/config.ts';
import type { Replay } from './history/replay.ts';
import { HistoryService } from './history-service.ts';
import type { Message } from './message/message.ts';
import type { Policies } from './message/policies.ts';
import type { Metrics } from './metrics/metrics.ts';
import { NodeLine } from './relay/node-line.ts';
import type { Application } from './routing/application.ts';
import { type FarUsers, joinNodes } from './routing/far-users.ts';
import type { Nodes } from './routing/nodes.ts';
import { OwnQueues } from './routing/own-queues.ts';
import { Router } from './routing/router.ts';
import type { UserRegistry } from './routing/user-registry.ts';
import { profiles } from './session/profile.ts';
import type { TimingWheel } from './time/wheel.ts';

/** What of a server it needs. */
export interface BackboneParts {
  /** This node's name among the others, and what the ids of its messages begin with. */
  readonly node: string;
  readonly config: Config;
  readonly policies: Policies;
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  readonly wheel: TimingWheel;
  readonly app: Application;
  readonly registry: UserRegistry;
  readonly nodes: Nodes;
  readonly inbound: Channel<Inbound>;
  readonly publishing: Channel<Outbound>;
  readonly outgoing: Outgoing;
}

/** What stands between sessions and the other nodes. */
export class Backbone {
  readonly history: HistoryService;
  readonly replay: Replay | undefined;
  readonly broker: Broker;
  readonly router: Router;
  /** The users of all nodes, once they are joined. */
  far: FarUsers | undefined;
  readonly #parts: BackboneParts;
  readonly #line: NodeLine;
  readonly #users: OwnQueues;
  #messages = 0;

  private constructor(parts: BackboneParts, history: HistoryService) {
    const { log, outgoing, metrics } = parts;
    const failed = (err: unknown, { destination }: Message): void =>
      log.error({ err, destination }, 'an outbound interceptor failed');
    this.#parts = parts;
    this.history = history;
    this.replay = history.replay({ failed, outbound: outgoing.messages, metrics });
    this.#line = new NodeLine(history.relay, parts.node);
    this.broker = this.#newBroker(failed);
    const { appPrefix, brokerPrefixes, userPrefix, pathSeparator: separator, compat } = parts.config;
    const { queuesFanOut } = profiles[compat];
    const patterns = patternSeparator(parts.config);
    const prefixes = {
      appPrefix,
      brokerPrefixes,
      userPrefix,
      separator,
      patternSeparator: patterns,
      queuePatterns: parts.config.patterns === 'activemq',
      queuesFanOut,
    };
    this.#users = new OwnQueues(this.broker, parts.registry, prefixes, this.#nextId, () => this.far);
    this.router = new Router(this.broker, parts.app, prefixes, this.#nextId, {
      users: this.#users,
      inbound: parts.inbound,
      wheel: parts.wheel,
      handlerTimeout: parts.config.handlerTimeout,
      clock: parts.clock,
      metrics,
    });
  }

  /** Opens the history and joins the other nodes. On failure nothing is left open. */
  static async open(parts: BackboneParts): Promise<Backbone> {
    const history = await HistoryService.open({ ...parts, monotonic: () => parts.wheel.now });
    const backbone = new Backbone(parts, history);
    try {
      await backbone.#join();
      return backbone;
    } catch (error) {
      await backbone.close(0).catch(() => {}); // the first failure is told
      throw error;
    }
  }

  /** Writes what waits for the history, within so many milliseconds, and closes. */
  async close(within: number): Promise<void> {
    await this.history.end(within);
    await this.broker.close();
  }

  async #join(): Promise<void> {
    const { node, metrics, registry, nodes } = this.#parts;
    await this.broker.start();
    nodes.join(this.#line);
    this.history.relay.onReturn?.(() => nodes.returned());
    const parties = { node, line: this.#line, registry, delivery: this.#users };
    this.far = await joinNodes(this.history.relay, metrics, parties);
  }

  #newBroker(failed: (error: unknown, message: Message) => void): Broker {
    const { config, policies, metrics, publishing, outgoing } = this.#parts;
    return new Broker(this.history.relay, {
      separator: patternSeparator(config),
      policies,
      metrics,
      failed,
      publishing,
      outbound: outgoing.messages,
      command: this.#line.take,
    });
  }

  readonly #nextId = (): string => `${this.#parts.node}-${(this.#messages++).toString(36)}`;
}
