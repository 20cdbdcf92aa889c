// Waits until the replicas of a primary have what is in its logs: all who wait go together, beside what is appended.
import { StompwireError } from '../../errors.ts';
import type { Position } from '../../message/position.ts';
import type { RedisAddress } from '../../redis/address.ts';
import { MessageLost } from '../log.ts';
import { type Connection, type ConnectionListener, messageOf } from './connection.ts';
import { presentScript } from './fate-scripts.ts';

/** Who waits. */
interface Waiting {
  readonly top: string;
  readonly mark: string;
  readonly position: Position;
  resolve(): void;
  reject(error: Error): void;
}

/** So many may wait. */
const most = 10_000;

/**
 * WAIT holds up everything behind it on its connection, so it has one of its own. There a script first sees that the
 * message is on this server, after a promotion it may not be, and writes something: WAIT waits for that write, and
 * replicas take writes in their order, so they have the message too.
 */
export class Replication {
  readonly #connection: Connection;
  readonly #address: RedisAddress;
  #waiting: Waiting[] = [];
  #busy = false;
  #started: Promise<void> | undefined;

  constructor(connect: (listener: ConnectionListener) => Connection, address: RedisAddress) {
    this.#address = address;
    this.#connection = connect({ up: () => {}, down: () => {}, troubled: () => {} });
  }

  /**
   * Done when all replicas have a message, or as many as the address asks for.
   *
   * @param top - the key of its destination's counter
   * @param mark - a key that may be written to
   * @throws {StompwireError} `relay-unavailable`
   */
  wait(top: string, mark: string, position: Position): Promise<void> {
    if (this.#waiting.length >= most) return Promise.reject(unavailable('too many wait for the replicas'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ top, mark, position, resolve, reject });
      if (!this.#busy) void this.#work();
    });
  }

  close(): void {
    this.#connection.close();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      try {
        await this.#connected();
        await this.#serve(together);
      } catch (error) {
        for (const one of together) one.reject(unavailable(messageOf(error)));
      }
    }
    this.#busy = false;
  }

  #connected(): Promise<void> {
    if (this.#connection.up) return Promise.resolve();
    this.#started ??= this.#connection.start(this.#address.wait).finally(() => {
      this.#started = undefined;
    });
    return this.#started;
  }

  async #serve(together: readonly Waiting[]): Promise<void> {
    const { session } = this.#connection;
    const found = await Promise.allSettled(together.map((one) => this.#present(one)));
    let replicas = 0;
    const present = together.filter((one, at) => {
      const outcome = found[at]!;
      if (outcome.status === 'rejected') one.reject(unavailable(messageOf(outcome.reason)));
      else if (outcome.value < 0) one.reject(new MessageLost());
      else replicas = outcome.value;
      return outcome.status === 'fulfilled' && outcome.value >= 0;
    });
    if (present.length === 0) return;
    const problem = await this.#problemOf(replicas, session);
    for (const one of present) problem === undefined ? one.resolve() : one.reject(unavailable(problem));
  }

  async #present({ top, mark, position }: Waiting): Promise<number> {
    const args = [String(position.epoch), String(position.seq)];
    return Number(await this.#connection.run(presentScript, [top, mark], args));
  }

  /** Why the replicas do not have it; `undefined`: they have. */
  async #problemOf(replicas: number, session: number): Promise<string | undefined> {
    const needed = this.#address.replicas || replicas;
    if (replicas === 0) return 'Redis has no replica: the message is nowhere else';
    if (replicas < needed) return `Redis has ${replicas} of the ${needed} replicas that are asked for`;
    const within = Math.floor(this.#address.wait * 0.75);
    const have = Number(await this.#connection.redis.wait(needed, within));
    if (session !== this.#connection.session) return 'the connection was lost';
    return have >= needed ? undefined : `${have} of ${needed} replicas have the message`;
  }
}

function unavailable(reason: string): StompwireError {
  return new StompwireError('relay-unavailable', `not replicated: ${reason}`);
}
