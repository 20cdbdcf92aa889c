// How records and messages are written as bytes, for relays and feeds that leave this process.
import { Buffer, isUtf8 } from 'node:buffer';
import { StompwireError } from '../errors.ts';
import { Message, type MessageParts } from '../message/message.ts';
import type { LogRecord } from '../message/record.ts';

/*
 * The first byte is kind (high half) and version (low half); the second says which optional parts follow.
 * Then: when, as a double; the texts in the order of the flags; the number of header texts, and those; the
 * length of the body, which must be what is left. Texts have their length before them; lengths are varints.
 */
const recordVersion1 = 0x11;
const messageVersion1 = 0x21;

const recordFlags = { sender: 1, contentType: 2, key: 4, redacted: 8, poisoned: 16 } as const;
const messageFlags = { contentType: 1, excludes: 2, only: 4, address: 8, sender: 16, position: 32 } as const;

/** Everything of a record but its destination, epoch and seq. */
export function encodeRecord(record: LogRecord): Buffer {
  const { sender, contentType, key, tombstone } = record;
  begin(
    recordVersion1,
    (sender === undefined ? 0 : recordFlags.sender) |
      (contentType === undefined ? 0 : recordFlags.contentType) |
      (key === undefined ? 0 : recordFlags.key) |
      (tombstone === undefined ? 0 : recordFlags[tombstone]),
  );
  double(record.time);
  for (const part of [sender, contentType, key]) if (part !== undefined) text(part);
  return end(record.headers, record.body);
}

/**
 * The record in an envelope; its body is a part of `bytes`.
 *
 * @throws {StompwireError} `internal`, saying what is wrong with the bytes
 */
export function decodeRecord(
  bytes: Buffer,
  { destination, epoch, seq }: Pick<LogRecord, 'destination' | 'epoch' | 'seq'>,
): LogRecord {
  const from = new Bytes(bytes, recordVersion1);
  const flags = from.flags(0x1f);
  if ((flags & (recordFlags.redacted | recordFlags.poisoned)) === 0x18) broken('two reasons for a tombstone');
  const time = from.double('time');
  const sender = flags & recordFlags.sender ? from.text('sender') : undefined;
  const contentType = flags & recordFlags.contentType ? from.text('content type') : undefined;
  const key = flags & recordFlags.key ? from.text('key') : undefined;
  const headers = from.headers();
  const body = from.body();
  const record = { destination, epoch, seq, time, sender, contentType, headers, body, key };
  if (flags & recordFlags.redacted) return { ...record, tombstone: 'redacted' };
  return flags & recordFlags.poisoned ? { ...record, tombstone: 'poisoned' } : record;
}

/** All that a message is made of. */
export function encodeMessage(message: Message): Buffer {
  const { destination, address, contentType, excludes, only, sender, position } = message;
  const elsewhere = address === destination ? undefined : address;
  begin(
    messageVersion1,
    (contentType === undefined ? 0 : messageFlags.contentType) |
      (excludes === undefined ? 0 : messageFlags.excludes) |
      (only === undefined ? 0 : messageFlags.only) |
      (elsewhere === undefined ? 0 : messageFlags.address) |
      (sender === undefined ? 0 : messageFlags.sender) |
      (position === undefined ? 0 : messageFlags.position),
  );
  double(message.time);
  text(destination);
  text(message.id);
  for (const part of [contentType, excludes, only, elsewhere, sender]) if (part !== undefined) text(part);
  if (position !== undefined) {
    varint(position.epoch);
    varint(position.seq);
  }
  return end(message.headers, message.body);
}

/**
 * The message in an envelope; its body is a part of `bytes`.
 *
 * @throws {StompwireError} `internal`, saying what is wrong with the bytes
 */
export function decodeMessage(bytes: Buffer): Message {
  const from = new Bytes(bytes, messageVersion1);
  const flags = from.flags(0x3f);
  const optional = (flag: number, what: string): string | undefined =>
    flags & flag ? from.text(what) : undefined;
  // the order of these lines is the order of the bytes
  const time = from.double('time');
  const destination = from.text('destination');
  const parts: MessageParts = {
    time,
    destination,
    id: from.text('id'),
    contentType: optional(messageFlags.contentType, 'content type'),
    excludes: optional(messageFlags.excludes, 'excluded session'),
    only: optional(messageFlags.only, 'only session'),
    address: optional(messageFlags.address, 'address') ?? destination,
    sender: optional(messageFlags.sender, 'sender'),
    position:
      flags & messageFlags.position ? { epoch: from.varint('epoch'), seq: from.varint('seq') } : undefined,
    headers: from.headers(),
    body: from.body(),
  };
  return new Message(parts);
}

/** What stands before a body is put together here: nothing is allocated but the result. */
let scratch = Buffer.allocUnsafe(16 * 1024);
let length = 0;

function begin(version: number, flags: number): void {
  scratch[0] = version;
  scratch[1] = flags;
  length = 2;
}

function end(headers: readonly string[], body: Buffer): Buffer {
  varint(headers.length);
  for (const header of headers) text(header);
  varint(body.length);
  const envelope = Buffer.allocUnsafe(length + body.length);
  scratch.copy(envelope, 0, 0, length);
  body.copy(envelope, length);
  return envelope;
}

function double(value: number): void {
  room(8);
  length = scratch.writeDoubleBE(value, length);
}

function text(value: string): void {
  const size = Buffer.byteLength(value);
  varint(size);
  room(size);
  length += scratch.write(value, length);
}

/** Seven bits a byte, the lowest first; without shifts, which know only 32 bits. */
function varint(value: number): void {
  room(8);
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) scratch[length++] = (rest % 0x80) | 0x80;
  scratch[length++] = rest;
}

function room(size: number): void {
  if (length + size <= scratch.length) return;
  const larger = Buffer.allocUnsafe(2 * (length + size));
  scratch.copy(larger, 0, 0, length);
  scratch = larger;
}

/** Reads an envelope from its begin; never beyond its end, and allocates only for what is there. */
class Bytes {
  readonly #bytes: Buffer;
  #at = 2;

  constructor(bytes: Buffer, version: number) {
    this.#bytes = bytes;
    if (bytes.length < 2) broken('the envelope is cut off before its flags');
    if (bytes[0] !== version) broken(`the envelope begins with ${bytes[0]}, not with ${version}`);
  }

  flags(known: number): number {
    const flags = this.#bytes[1]!;
    if ((flags & ~known) !== 0) broken(`the flags ${flags} are not all known`);
    return flags;
  }

  double(what: string): number {
    const value = this.#bytes.readDoubleBE(this.#take(8, what));
    return Number.isFinite(value) ? value : broken(`the ${what} is no number`);
  }

  varint(what: string): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#take(1, what)]!;
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) broken(`the ${what} is too large a number`);
      if (byte < 0x80) return byte === 0 && scale > 1 ? broken(`the ${what} is padded`) : value;
    }
  }

  text(what: string): string {
    const size = this.varint(`length of the ${what}`);
    const start = this.#take(size, what);
    const slice = this.#bytes.subarray(start, start + size);
    return isUtf8(slice) ? slice.toString() : broken(`the ${what} is not UTF-8`);
  }

  headers(): readonly string[] {
    const count = this.varint('number of headers');
    if (count % 2 !== 0) broken('a header has no value');
    const headers: string[] = [];
    while (headers.length < count) headers.push(this.text('header'));
    return headers;
  }

  /** What is left, all of it. */
  body(): Buffer {
    const size = this.varint('length of the body');
    const left = this.#bytes.length - this.#at;
    if (size !== left) broken(`the body has ${left} bytes, not ${size}`);
    return this.#bytes.subarray(this.#at);
  }

  /** Goes on by so many bytes. @returns where they begin */
  #take(size: number, what: string): number {
    const start = this.#at;
    if (size > this.#bytes.length - start) broken(`the envelope is cut off within the ${what}`);
    this.#at += size;
    return start;
  }
}

function broken(reason: string): never {
  throw new StompwireError('internal', reason);
}
