// MESSAGE frames, encoded once per message and STOMP version for all subscribers.
import { Buffer, isUtf8 } from 'node:buffer';
import { encodeHeaderLeniently, type Version } from '../../frames/index.ts';
import type { Message } from '../message/message.ts';
import type { Framing } from '../transport/transport.ts';

/** Everything of a MESSAGE frame that stands before the subscription's id. */
export const messagePrefix = Buffer.from('MESSAGE\nsubscription:');

/** A MESSAGE frame but for its subscription's id. */
export interface EncodedMessage {
  /** What stands behind the id: the other headers, the body and the NUL. Owns its bytes. */
  readonly tail: Buffer;
  /** Whether the whole frame is valid UTF-8. */
  readonly text: boolean;
  /** The tail for connections that carry text only; none when it is text as it is. */
  readonly asText: (() => Buffer) | undefined;
  /** The tail as framings that quote have it; made when one is met. */
  quoted: Buffer | undefined;
}

const slotOf: Record<Version, 0 | 1 | 2> = { '1.0': 0, '1.1': 1, '1.2': 2 };

/** The encoded form of a message, made at the first call and kept with it. */
export function encodingOf(message: Message, version: Version): EncodedMessage {
  const slot = slotOf[version];
  const known = message.encodings[slot] as EncodedMessage | undefined;
  if (known !== undefined) return known;
  const made = encode(message, version);
  message.encodings[slot] = made;
  return made;
}

/** The encoded form of a message for a framing that has one of its own, made at the first call as well. */
export function eventEncodingOf(message: Message, framing: Framing): EncodedMessage {
  const byFraming = (message.encodings[3] ??= new Map()) as Map<Framing, EncodedMessage>;
  const known = byFraming.get(framing);
  if (known !== undefined) return known;
  const made = { tail: framing.event!(message), text: true, asText: undefined, quoted: undefined };
  byFraming.set(framing, made);
  return made;
}

function encode(message: Message, version: Version): EncodedMessage {
  const { body } = message;
  const text = isUtf8(body);
  const asText = text ? undefined : () => tailOf(message, Buffer.from(body.toString()), version);
  return { tail: tailOf(message, body, version), text, asText, quoted: undefined };
}

function tailOf(message: Message, body: Buffer, version: Version): Buffer {
  const head = headOf(message, body.length, version);
  const headBytes = Buffer.byteLength(head);
  const tail = Buffer.allocUnsafe(headBytes + body.length + 1);
  tail.write(head, 0, 'utf8');
  body.copy(tail, headBytes);
  tail[tail.length - 1] = 0;
  return tail;
}

function headOf(message: Message, bodyBytes: number, version: Version): string {
  const { headers, contentType } = message;
  let head = `\n${encodeHeaderLeniently('destination', message.destination, version)}`;
  if (contentType !== undefined) head += encodeHeaderLeniently('content-type', contentType, version);
  head += `message-id:${message.id}\n`;
  for (let i = 0; i < headers.length; i += 2)
    head += encodeHeaderLeniently(headers[i]!, headers[i + 1]!, version);
  return `${head}content-length:${bodyBytes}\n\n`;
}

/**
 * A subscription's id as it travels: escaped, its UTF-8 bytes as the characters of a binary string, so
 * that its length in bytes is its length, and equal ids are equal strings.
 */
export function wireIdOf(id: string, version: Version): string {
  const line = encodeHeaderLeniently('id', id, version);
  return Buffer.from(line.slice(3, -1)).toString('latin1');
}
