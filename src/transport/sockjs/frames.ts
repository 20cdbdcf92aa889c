// The frames of SockJS, and the payloads that its clients send [SockJS 0.3.3, Protocol and framing].
import { Buffer } from 'node:buffer';
import { quote } from './quote.ts';

export const openFrame = Buffer.from('o');
export const heartbeatFrame = Buffer.from('h');

const arrayBegin = Buffer.from('a[');
const arrayEnd = Buffer.from(']');
const quotation = Buffer.from('"');
const separation = Buffer.from('",');

/** Tells the client that the session is over, and why. */
export function closeFrame(code: number, reason: string): Buffer {
  return Buffer.from(`c[${code},"${quote(reason)}"]`);
}

/** One message of a run: a JSON string and a comma. */
export function elementOf(text: string): Buffer {
  return Buffer.concat([quotation, quote(text), separation]);
}

/** The parts of one `a[...]` frame that holds a run of elements; the last comma is dropped. */
export function arrayParts(run: Buffer): Buffer[] {
  return [arrayBegin, run.subarray(0, -1), arrayEnd];
}

/** An `a[...]` frame with one message. */
export function arrayOf(text: string): Buffer {
  return Buffer.concat(arrayParts(elementOf(text)));
}

/** What is wrong with a payload, in the words of the protocol. */
export type PayloadFault = 'Payload expected.' | 'Broken JSON encoding.';

/** The messages of a payload: an array of strings, or one string. */
export function messagesOf(payload: string): string[] | PayloadFault {
  if (payload === '') return 'Payload expected.';
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return 'Broken JSON encoding.';
  }
  if (typeof value === 'string') return [value];
  const isMessages = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return isMessages ? (value as string[]) : 'Payload expected.';
}
