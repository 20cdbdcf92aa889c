// What a node has to one primary: a connection for commands, one that listens, one that waits for replicas.
import type { Buffer } from 'node:buffer';
import type { Host, RedisAddress } from '../../redis/address.ts';
import { Connection, type ConnectionListener } from './connection.ts';
import { Replication } from './replication.ts';
import { soundServer } from './sound.ts';

/** Who hears of a link. */
export interface LinkListener {
  commandsUp(link: Link): void;
  commandsDown(link: Link): void;
  listeningUp(link: Link): void;
  listeningDown(link: Link): void;
  heard(channel: Buffer, payload: Buffer): void;
  /** A slot of the cluster is elsewhere now. */
  moved(link: Link): void;
  troubled(reason: string): void;
}

/** One primary, or whoever the sentinels say is the primary. */
export class Link {
  readonly name: string;
  readonly commands: Connection;
  readonly subscriber: Connection;
  readonly #address: RedisAddress;
  readonly #host: Host | undefined;
  readonly #listener: LinkListener;
  #replication: Replication | undefined;
  #closed = false;

  constructor(address: RedisAddress, host: Host | undefined, listener: LinkListener) {
    this.#address = address;
    this.#host = host;
    this.#listener = listener;
    this.name = host === undefined ? address.shown : `${host.host}:${host.port}`;
    this.commands = this.#connection('commands', {
      up: () => listener.commandsUp(this),
      down: () => listener.commandsDown(this),
    });
    this.subscriber = this.#connection('listening', {
      up: () => listener.listeningUp(this),
      down: () => listener.listeningDown(this),
    });
    const { redis } = this.subscriber;
    const heard = (channel: Buffer, payload: Buffer): void => listener.heard(channel, payload);
    redis.on('smessageBuffer', heard);
    redis.on('messageBuffer', heard);
    redis.on('moved', () => listener.moved(this));
  }

  /** Done when both connections are there. */
  async start(within: number): Promise<void> {
    await this.commands.start(within);
    await this.subscriber.start(within);
  }

  /** Connects in the background. */
  connect(): void {
    this.commands.connect();
    this.subscriber.connect();
  }

  /** The sentinels name a primary: what is connected elsewhere is connected to one that was replaced. */
  belongs(host: string, port: number): void {
    for (const connection of [this.commands, this.subscriber])
      if (connection.isElsewhere(host, port)) connection.reset('the sentinels name another primary');
  }

  /** Waits for the replicas of this primary. */
  get replication(): Replication {
    this.#replication ??= new Replication(
      (listener) => new Connection(this.#address, this.#host, soundServer(this.#address), listener),
      this.#address,
    );
    return this.#replication;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.commands.close();
    this.subscriber.close();
    this.#replication?.close();
  }

  #connection(name: string, events: Omit<ConnectionListener, 'troubled'>): Connection {
    const troubled = (reason: string): void => this.#listener.troubled(`${this.name} (${name}): ${reason}`);
    // what listens needs no primary: it hears from a replica as well, and says so when it hears nothing
    const check = name === 'commands' ? soundServer(this.#address) : async () => {};
    return new Connection(this.#address, this.#host, check, { ...events, troubled });
  }
}
