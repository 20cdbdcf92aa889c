// What travels on the channels: plain messages as they are, logged ones behind a line that says their place.
import { Buffer } from 'node:buffer';
import { StompwireError } from '../../errors.ts';
import { Message } from '../../message/message.ts';
import { messageIdOf, type Position } from '../../message/position.ts';
import { type LoggedMessage, messageOf } from '../../message/record.ts';
import { decodeMessage, decodeRecord, encodeMessage, encodeRecord } from '../envelope.ts';

const plain = 0x50; // P
const logged = 0x4c; // L
const newline = 0x0a;

/** A logged message on a channel. */
export interface LivePayload extends Position {
  /** Which server counted: see the scripts. */
  readonly fence: string;
  readonly destination: string;
  readonly extra: string;
  readonly envelope: Buffer;
}

/** A plain message for a channel. */
export function encodePlain(message: Message): Buffer {
  return Buffer.concat([Buffer.of(plain), encodeMessage(message)]);
}

/**
 * What came on a channel.
 *
 * @throws {StompwireError} `internal`: somebody else's
 */
export function decodePayload(bytes: Buffer): Message | LivePayload {
  if (bytes[0] === plain) return decodeMessage(bytes.subarray(1));
  if (bytes[0] === logged) return decodeLive(bytes);
  throw new StompwireError('internal', `a payload begins with ${bytes[0]}`);
}

function decodeLive(bytes: Buffer): LivePayload {
  const place = bytes.indexOf(newline);
  const name = bytes.indexOf(newline, place + 1);
  const more = bytes.indexOf(newline, name + 1);
  const [, epoch, seq, fence] =
    /^L(\d{1,16}) (\d{1,16}) (\w+)$/.exec(bytes.toString('latin1', 0, place)) ?? [];
  if (fence === undefined || name < 0 || more < 0)
    throw new StompwireError('internal', 'a payload says no place');
  return {
    epoch: Number(epoch),
    seq: Number(seq),
    fence,
    destination: bytes.toString('utf8', place + 1, name),
    extra: bytes.toString('utf8', name + 1, more),
    envelope: bytes.subarray(more + 1),
  };
}

/** What a log keeps of a message beside its record: who shall hear it. */
export function encodeExtra({ excludes, only }: Message): string {
  if (excludes === undefined && only === undefined) return '';
  return [excludes, only].map((session) => encodeURIComponent(session ?? '')).join(' ');
}

/** The envelope of a message for a log; its place comes later. */
export function encodeForLog(message: Message, time: number, key: string | undefined): Buffer {
  const { destination, sender, contentType, headers, body } = message;
  return encodeRecord({ destination, epoch: 0, seq: 0, time, sender, contentType, headers, body, key });
}

/** What is kept of a message that was redacted. */
export function encodeTombstone({ destination, time, sender, contentType }: Message): Buffer {
  const nothing = { headers: [], body: Buffer.alloc(0), key: undefined };
  const record = { destination, epoch: 0, seq: 0, time, sender, contentType, ...nothing };
  return encodeRecord({ ...record, tombstone: 'redacted' });
}

/**
 * The message at a place of a log.
 *
 * @param hash - of the destination
 * @throws {StompwireError} `internal`: the envelope is none
 */
export function loggedMessage(
  place: Position & { readonly destination: string },
  hash: string,
  envelope: Buffer,
  extra: string,
): LoggedMessage {
  const { epoch, seq, destination } = place;
  const record = decodeRecord(envelope, { destination, epoch, seq });
  if (record.tombstone !== undefined) return messageOf(record, hash);
  const { body, contentType, headers, time, sender } = record;
  const position = { epoch, seq };
  const [excludes, only] = extra.split(' ').map((part) => decodeURIComponent(part) || undefined);
  const id = messageIdOf(hash, position);
  const parts = { destination, body, id, contentType, headers, position, time, sender, excludes, only };
  return new Message(parts) as LoggedMessage;
}
