// Nodes over one Redis that follow rooms while others publish, and the judge of what they were brought.
import { Buffer } from 'node:buffer';
import { setTimeout as pause } from 'node:timers/promises';
import { Message } from '../../src/message/message.ts';
import { type LogPolicy, Policies, usualPolicy } from '../../src/message/policies.ts';
import { comparePositions, type Position } from '../../src/message/position.ts';
import { RedisRelay, type RedisRelayParts } from '../../src/relay/redis.ts';
import { Changing } from '../contracts/transport-sides.ts';

export const policy: LogPolicy = { ...usualPolicy, pattern: '/topic/room/*', count: 100_000 };

/** What was delivered, in its order. */
interface Heard extends Position {
  readonly text: string;
  /** Whether it says that something before it is missing. */
  readonly told: boolean;
}

/** A message that the relay has confirmed. */
export interface Confirmed extends Position {
  readonly room: string;
  readonly text: string;
  replicated: boolean;
}

/** One node. */
export class FollowingNode extends Changing {
  readonly relay: RedisRelay;
  readonly rooms = new Map<string, Heard[]>();
  readonly plain: Message[] = [];
  readonly troubles: string[] = [];

  constructor(address: string, parts: Partial<RedisRelayParts> = {}) {
    super();
    const policies = new Policies().add(policy);
    const troubled = (what: string): void => {
      this.troubles.push(what);
      this.changed();
    };
    this.relay = new RedisRelay(address, { policies, troubled, ...parts });
  }

  async start(...rooms: readonly string[]): Promise<this> {
    await this.relay.start((message) => this.#take(message));
    await Promise.all(rooms.map((room) => this.relay.interest(room)));
    return this;
  }

  /** What one room was brought. */
  heard(room: string): readonly Heard[] {
    return this.rooms.get(room) ?? [];
  }

  texts(room: string): string[] {
    return this.heard(room).map(({ text }) => text);
  }

  told(room: string): string[] {
    return this.heard(room).flatMap(({ told, text }) => (told ? [text] : []));
  }

  hears(room: string, text: string): Promise<void> {
    return this.until(() => this.heard(room).some((one) => one.text === text));
  }

  async append(room: string, text: string, key?: string): Promise<Confirmed> {
    const message = new Message({ destination: room, id: '', body: Buffer.from(text) });
    const { position } = await this.relay.log.append(message, policy, key);
    return { ...position, room, text, replicated: false };
  }

  #take(message: Message): void {
    const { position, destination, headers, body } = message;
    if (position === undefined) this.plain.push(message);
    else {
      const told = headers.includes('discontinuity');
      const room = this.rooms.get(destination) ?? [];
      this.rooms.set(destination, room);
      room.push({ ...position, text: String(body), told });
    }
    this.changed();
  }
}

/** Publishes to rooms without a pause until it is stopped; what is refused is counted, and not sent again. */
export class Publishing {
  readonly confirmed: Confirmed[] = [];
  readonly refused: string[] = [];
  #stopped = false;
  readonly #done: Promise<void>[];

  constructor(node: FollowingNode, rooms: readonly string[], name: string) {
    this.#done = rooms.map((room) => this.#publish(node, room, name));
  }

  /** Done when so many more are confirmed. */
  async progress(count: number): Promise<void> {
    const enough = this.confirmed.length + count;
    while (this.confirmed.length < enough) await pause(5);
  }

  async refusals(count = 1): Promise<void> {
    const enough = this.refused.length + count;
    while (this.refused.length < enough) await pause(5);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#done);
  }

  async #publish(node: FollowingNode, room: string, name: string): Promise<void> {
    for (let at = 0; !this.#stopped; at++) {
      try {
        this.confirmed.push(await node.append(room, `${name}-${at}`));
      } catch (error) {
        this.refused.push((error as Error).message);
      }
      await pause(2);
    }
  }
}

/** What is wrong with what a node was brought of one room: nothing, or in words. */
export function faultsOf(node: FollowingNode, room: string, confirmed: readonly Confirmed[]): string[] {
  const heard = node.heard(room);
  const faults = heard.flatMap((one, at) => faultBetween(heard[at - 1], one));
  const here = new Set(heard.map(nameOf));
  for (const lost of confirmed.filter((one) => one.room === room && !here.has(nameOf(one)))) {
    const next = heard.find((one) => comparePositions(one, lost) > 0);
    if (lost.replicated) faults.push(`${nameOf(lost)} was replicated and is lost`);
    if (next === undefined) faults.push(`${nameOf(lost)} is missing at the end`);
    else if (!next.told && !toldBetween(heard, lost, next))
      faults.push(`${nameOf(lost)} is missing silently`);
  }
  return faults;
}

function faultBetween(before: Heard | undefined, one: Heard): string[] {
  if (before === undefined) return [];
  if (comparePositions(before, one) >= 0) return [`${nameOf(one)} came after ${nameOf(before)}`];
  const follows = one.epoch === before.epoch ? one.seq === before.seq + 1 : one.seq === 1;
  return follows || one.told ? [] : [`a silent gap before ${nameOf(one)}, after ${nameOf(before)}`];
}

const toldBetween = (heard: readonly Heard[], after: Position, until: Position): boolean =>
  heard.some((one) => one.told && comparePositions(one, after) > 0 && comparePositions(one, until) <= 0);

const nameOf = ({ epoch, seq }: Position): string => `${epoch}-${seq}`;
