// Runs of MESSAGE frames that many connections send alike: built once, shared or patched.
import { Buffer } from 'node:buffer';
import type { Version } from '../../frames/index.ts';
import type { Message } from '../message/message.ts';
import { wrap } from '../transport/framing.ts';
import type { Framing } from '../transport/transport.ts';
import { type EncodedMessage, encodingOf, eventEncodingOf, messagePrefix, wireIdOf } from './encoding.ts';

const eol = Buffer.from('\n');

/** A run of frames with room for subscription ids: the bytes for one id, and where the ids stand once another was asked for. */
interface Template {
  readonly bytes: Buffer;
  readonly id: string;
  idsAt: readonly number[] | undefined;
}

/**
 * The end of a run of messages for ids of one length. Connections that were given the same messages in
 * the same order stand at the same link, so a queue is one pointer, and what one of them builds serves
 * all. A link knows the way back, and its latest successor.
 */
export class Link {
  /** Bytes of the whole run, framing included. */
  readonly total: number;
  readonly #before: Link | undefined;
  readonly #encoded: EncodedMessage;
  readonly #idLength: number;
  readonly #lane: Lane;
  #after: Link | undefined;
  #template: Template | undefined;

  constructor(before: Link | undefined, encoded: EncodedMessage, idLength: number, lane: Lane) {
    this.total = (before?.total ?? 0) + lane.bytesOf(encoded, idLength);
    this.#before = before;
    this.#encoded = encoded;
    this.#idLength = idLength;
    this.#lane = lane;
  }

  /** The run with one more message. */
  and(encoded: EncodedMessage): Link {
    const known = this.#after;
    if (known !== undefined && known.#encoded === encoded) return known;
    const made = new Link(this, encoded, this.#idLength, this.#lane);
    this.#after = made;
    return made;
  }

  /** Whether the run ends with this message. */
  is(encoded: EncodedMessage): boolean {
    return this.#encoded === encoded;
  }

  /** Whether it is for ids of this length. */
  fits(idLength: number): boolean {
    return this.#idLength === idLength;
  }

  /** The bytes of the run for a subscription id; shared, or taken from `slab`. Must not be changed. */
  bytesFor(id: string, slab: Slab): Buffer {
    const template = (this.#template ??= this.#build(id));
    if (template.id === id) return template.bytes;
    template.idsAt ??= this.#idsAt();
    return patched(template, template.idsAt, id, slab);
  }

  #build(id: string): Template {
    // most runs are a message or two for one subscriber: the pool is cheaper than memory of their own
    const bytes = Buffer.allocUnsafe(this.total);
    for (let link: Link | undefined = this; link !== undefined; link = link.#before) link.#write(bytes, id);
    return { bytes, id, idsAt: undefined };
  }

  #write(bytes: Buffer, id: string): void {
    this.#lane.write(bytes, this.#before?.total ?? 0, this.#encoded, id);
  }

  /** Where the id of the last message stands. */
  #idAt(): number {
    const { framing } = this.#lane;
    const behind = this.#lane.tailOf(this.#encoded).length + framing.trailer.length;
    return this.total - behind - this.#idLength;
  }

  #idsAt(): number[] {
    const idsAt: number[] = [];
    for (let link: Link | undefined = this; link !== undefined; link = link.#before) idsAt.push(link.#idAt());
    return idsAt;
  }
}

function patched({ bytes: built }: Template, idsAt: readonly number[], id: string, slab: Slab): Buffer {
  const bytes = slab.take(built.length);
  bytes.set(built);
  for (let i = 0; i < idsAt.length; i++) {
    const at = idsAt[i]!;
    for (let j = 0; j < id.length; j++) bytes[at + j] = id.charCodeAt(j);
  }
  return bytes;
}

/** Ids longer than this (in bytes) are served, but runs for them are not shared. */
const longestSharedId = 64;

/** So many runs that begin in one turn are found again, beside the latest. */
const mostBegun = 1024;

const nothing = Buffer.alloc(0);

/** Where runs begin: one lane for all connections of one framing and STOMP version. */
export class Lane {
  readonly framing: Framing;
  /** What stands before the id in a MESSAGE, as this framing has it. */
  readonly prefix: Buffer;
  /** A heart-beat, as this framing has it [STOMP 1.2, Heart-beating]. */
  readonly beat: Buffer;
  readonly #version: Version;
  /** The latest run of one message, by the length of the ids it is for. */
  readonly #firsts: (Link | undefined)[] = new Array(longestSharedId + 1).fill(undefined);
  /** By their first message, of runs that begin in this turn: of many who resume, each begins elsewhere. */
  readonly #begun = new Map<EncodedMessage, Link>();

  constructor(framing: Framing, version: Version) {
    this.framing = framing;
    this.prefix = framing.event ? nothing : (framing.quote?.(messagePrefix) ?? messagePrefix);
    this.beat = wrap(framing, eol);
    this.#version = version;
  }

  /** A subscription's id as it travels here; see {@link wireIdOf}. */
  wireId(id: string): string {
    if (this.framing.event !== undefined) return '';
    const plain = wireIdOf(id, this.#version);
    return this.framing.quote?.(Buffer.from(plain, 'latin1')).toString('latin1') ?? plain;
  }

  /** What stands behind the id in a MESSAGE, as this framing has it; a framing that quotes carries text only. */
  tailOf(encoded: EncodedMessage): Buffer {
    if (this.framing.quote === undefined || this.framing.event !== undefined) return encoded.tail;
    encoded.quoted ??= this.framing.quote(encoded.asText?.() ?? encoded.tail);
    return encoded.quoted;
  }

  /** The message in this lane's version. */
  encoded(message: Message): EncodedMessage {
    if (this.framing.event !== undefined) return eventEncodingOf(message, this.framing);
    return encodingOf(message, this.#version);
  }

  /** A run of one message. */
  begin(encoded: EncodedMessage, idLength: number): Link {
    const known = idLength <= longestSharedId ? this.#firsts[idLength] : undefined;
    if (known?.is(encoded)) return known;
    if (idLength > longestSharedId) return new Link(undefined, encoded, idLength, this);
    const link = this.#runFrom(encoded, idLength);
    this.#firsts[idLength] = link;
    return link;
  }

  #runFrom(encoded: EncodedMessage, idLength: number): Link {
    const begun = this.#begun.get(encoded);
    if (begun?.fits(idLength)) return begun;
    const made = new Link(undefined, encoded, idLength, this);
    if (this.#begun.size < mostBegun) this.#begun.set(encoded, made);
    return made;
  }

  /** Bytes of a message for an id of such a length, framing included. */
  bytesOf(encoded: EncodedMessage, idLength: number): number {
    const { framing, prefix } = this;
    const frameBytes = prefix.length + idLength + this.tailOf(encoded).length;
    return framing.headerLength(frameBytes) + frameBytes + framing.trailer.length;
  }

  /** Writes them. */
  write(bytes: Buffer, at: number, encoded: EncodedMessage, id: string): void {
    const { framing, prefix } = this;
    const tail = this.tailOf(encoded);
    const frameBytes = prefix.length + id.length + tail.length;
    framing.writeHeader(bytes, at, frameBytes, encoded.text);
    const prefixAt = at + framing.headerLength(frameBytes);
    const idAt = prefixAt + prefix.length;
    prefix.copy(bytes, prefixAt);
    bytes.write(id, idAt, 'latin1');
    tail.copy(bytes, idAt + id.length);
    framing.trailer.copy(bytes, idAt + id.length + tail.length);
  }

  /**
   * The bytes of one message that nobody else gets so; runs that are shared are not disturbed, and what is shared of
   * its encoding is.
   *
   * @param own - see `Outbox.deliverAlone`
   */
  alone(message: Message, id: string, own: readonly string[]): Buffer {
    const isEvent = this.framing.event !== undefined && own.length > 0;
    const told = isEvent ? message.with({ headers: [...own, ...message.headers] }) : message;
    const head = isEvent ? id : this.#headed(id, own);
    const encoded = this.encoded(told);
    const bytes = Buffer.allocUnsafe(this.bytesOf(encoded, head.length));
    this.write(bytes, 0, encoded, head);
    return bytes;
  }

  /** Headers that stand behind the id, before those that all get. */
  #headed(id: string, own: readonly string[]): string {
    let lines = '';
    for (let at = 0; at < own.length; at += 2) lines += `\n${own[at]}:${own[at + 1]}`;
    if (lines === '') return id;
    return id + (this.framing.quote?.(Buffer.from(lines)).toString('latin1') ?? lines);
  }

  /** Forgets the turn's runs; those that wait for a slow connection live on with it. */
  forget(): void {
    this.#firsts.fill(undefined);
    this.#begun.clear();
  }
}

const slabBytes = 256 * 1024;

/** Room for bytes that live for one write; given back when the operating system has taken them. */
export class Slab {
  #bytes = Buffer.alloc(0);
  #used = 0;

  /** Bytes to write into, not cleared. */
  take(length: number): Buffer {
    if (this.#used + length > this.#bytes.length) {
      if (length > slabBytes / 4) return Buffer.allocUnsafeSlow(length);
      this.#bytes = Buffer.allocUnsafeSlow(slabBytes);
      this.#used = 0;
    }
    this.#used += length;
    return this.#bytes.subarray(this.#used - length, this.#used);
  }

  /** Takes back what was taken last; harmless for bytes that were not. */
  giveBack(bytes: Buffer): void {
    const isLast =
      bytes.buffer === this.#bytes.buffer &&
      bytes.byteOffset + bytes.length === this.#bytes.byteOffset + this.#used;
    if (isLast) this.#used -= bytes.length;
  }
}
