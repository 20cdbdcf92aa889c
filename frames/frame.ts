// A frame as the program sees it: a command, headers in wire order, and a body of bytes.

/**
 * A version of the protocol that the codec speaks.
 *
 * See [STOMP 1.2, Protocol Negotiation].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { negotiateVersion, type Version } from 'stompwire/frames';
 *
 * const version: Version = negotiateVersion('1.1,1.2');
 * assert.equal(version, '1.2');
 * ```
 */
export type Version = '1.0' | '1.1' | '1.2';

/**
 * A command that only clients send.
 *
 * See `client-command` in [STOMP 1.2, Augmented BNF].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type ClientCommand, clientCommands } from 'stompwire/frames';
 *
 * const command: ClientCommand = 'SEND';
 * assert.ok(clientCommands.has(command));
 * ```
 */
export type ClientCommand =
  | 'CONNECT'
  | 'STOMP'
  | 'SEND'
  | 'SUBSCRIBE'
  | 'UNSUBSCRIBE'
  | 'ACK'
  | 'NACK'
  | 'BEGIN'
  | 'COMMIT'
  | 'ABORT'
  | 'DISCONNECT';

/**
 * A command that only servers send.
 *
 * See `server-command` in [STOMP 1.2, Augmented BNF].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type ServerCommand, serverCommands } from 'stompwire/frames';
 *
 * const command: ServerCommand = 'MESSAGE';
 * assert.ok(serverCommands.has(command));
 * ```
 */
export type ServerCommand = 'CONNECTED' | 'MESSAGE' | 'RECEIPT' | 'ERROR';

/**
 * Any command of the protocol.
 *
 * See `command` in [STOMP 1.2, Augmented BNF].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type Command, commandExistsIn } from 'stompwire/frames';
 *
 * const command: Command = 'NACK';
 * assert.equal(commandExistsIn(command, '1.0'), false);
 * ```
 */
export type Command = ClientCommand | ServerCommand;

/**
 * What a server accepts; give it to a parser as `accepts`.
 *
 * See `client-command` in [STOMP 1.2, Augmented BNF].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { clientCommands, FrameParser } from 'stompwire/frames';
 *
 * const parser = new FrameParser({ accepts: clientCommands });
 * parser.write(Buffer.from('MESSAGE\n'));
 * assert.throws(() => parser.read(), { code: 'unknown-command' });
 * ```
 */
export const clientCommands: ReadonlySet<string> = new Set<ClientCommand>([
  'CONNECT',
  'STOMP',
  'SEND',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'ACK',
  'NACK',
  'BEGIN',
  'COMMIT',
  'ABORT',
  'DISCONNECT',
]);

/**
 * What a client accepts; give it to a parser as `accepts`.
 *
 * See `server-command` in [STOMP 1.2, Augmented BNF].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FrameParser, serverCommands } from 'stompwire/frames';
 *
 * const parser = new FrameParser({ accepts: serverCommands });
 * parser.write(Buffer.from('RECEIPT\nreceipt-id:1\n\n\0'));
 * assert.equal(parser.read()?.command, 'RECEIPT');
 * ```
 */
export const serverCommands: ReadonlySet<string> = new Set<ServerCommand>([
  'CONNECTED',
  'MESSAGE',
  'RECEIPT',
  'ERROR',
]);

/**
 * The headers of one frame in wire order, repeated ones kept; the first of a name is the one that counts
 * [STOMP 1.2, Repeated Header Entries].
 *
 * @param pairs - name, value, name, value... kept by reference, not copied
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Headers } from 'stompwire/frames';
 *
 * const headers = new Headers(['foo', 'World', 'foo', 'Hello']);
 * assert.equal(headers.get('foo'), 'World');
 * assert.deepEqual([...headers], [['foo', 'World'], ['foo', 'Hello']]);
 * ```
 */
export class Headers {
  /** Flat: name, value, name, value... A loop over it costs less than the iterator. */
  readonly pairs: string[];

  constructor(pairs: string[] = []) {
    this.pairs = pairs;
  }

  /** Headers from an object's own entries, in their order. */
  static from(record: Readonly<Record<string, string>>): Headers {
    return new Headers(Object.entries(record).flat());
  }

  /** The value of the first header of that name. */
  get(name: string): string | undefined {
    const at = this.find(name, 0);
    return at === -1 ? undefined : this.pairs[at + 1];
  }

  /** Whether there is a header of that name, be its value empty or not. */
  has(name: string): boolean {
    return this.find(name, 0) !== -1;
  }

  /** Leaves one header of that name: in the place of the first one, or at the end. */
  set(name: string, value: string): this {
    const at = this.find(name, 0);
    if (at === -1) return this.append(name, value);
    this.pairs[at + 1] = value;
    this.deleteFrom(at + 2, name);
    return this;
  }

  /** Removes every header of that name. */
  delete(name: string): this {
    this.deleteFrom(0, name);
    return this;
  }

  /** Adds a header at the end, whatever stands there already. */
  append(name: string, value: string): this {
    this.pairs.push(name, value);
    return this;
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (let at = 0; at < this.pairs.length; at += 2) yield [this.pairs[at]!, this.pairs[at + 1]!];
  }

  /** A null-prototype object (a header may be named `__proto__`) with the first value of each name. */
  toObject(): Record<string, string> {
    const object: Record<string, string> = Object.create(null);
    for (const [name, value] of this) object[name] ??= value;
    return object;
  }

  private find(name: string, from: number): number {
    const { pairs } = this;
    for (let at = from; at < pairs.length; at += 2) if (pairs[at] === name) return at;
    return -1;
  }

  private deleteFrom(from: number, name: string): void {
    for (let at = this.find(name, from); at !== -1; at = this.find(name, at)) this.pairs.splice(at, 2);
  }
}

/**
 * One frame. A body that a parser returned is a slice of what was written to it: copy it to keep it longer
 * than the turn.
 *
 * See [STOMP 1.2, STOMP Frames].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type Frame, FrameParser } from 'stompwire/frames';
 *
 * const parser = new FrameParser();
 * parser.write(Buffer.from('SEND\ndestination:/topic/a\n\nhello\0'));
 * const frame: Frame | null = parser.read();
 * assert.equal(frame?.body.toString(), 'hello');
 * ```
 */
export interface Frame {
  readonly command: Command;
  readonly headers: Headers;
  readonly body: Buffer;
}
