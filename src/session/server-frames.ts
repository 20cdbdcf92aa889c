// The frames that one client gets from its session: CONNECTED, RECEIPT and ERROR.
import { Buffer } from 'node:buffer';
import { encodeHeader, encodeHeaderLeniently, type Version } from '../../frames/index.ts';
import type { StompwireError } from '../errors.ts';

/** A RECEIPT [STOMP 1.2, RECEIPT], with headers of ours beside its id. */
export function receiptFrame(
  receiptId: string,
  version: Version,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  let head = `RECEIPT\n${encodeHeaderLeniently('receipt-id', receiptId, version)}`;
  for (const name in headers) head += encodeHeaderLeniently(name, headers[name]!, version);
  return Buffer.from(`${head}\n\0`);
}

/** A CONNECTED; its headers are written as they are [STOMP 1.2, Value Encoding]. */
export function connectedFrame(headers: Readonly<Record<string, string>>): Buffer {
  let head = 'CONNECTED\n';
  for (const name in headers) head += encodeHeader(name, headers[name]!, '1.0');
  return Buffer.from(`${head}\n\0`);
}

/**
 * A header of an ERROR before CONNECTED: some clients unescape from CONNECTED on, some always. A colon is left as
 * it is, which both read; a backslash is doubled, which no client chokes on.
 */
function encodeForAnyone(name: string, value: string): string {
  return encodeHeaderLeniently(name, value.replaceAll('\\', '\\\\'), '1.0');
}

/**
 * An ERROR [STOMP 1.2, ERROR]: the reason in `message`, our code in `code`, the detail in the body.
 *
 * @param version - what the session speaks, or `undefined` before CONNECTED
 * @param receiptId - the `receipt` of the frame that caused it
 */
export function errorFrame(
  error: StompwireError,
  version: Version | undefined,
  receiptId: string | undefined,
): Buffer {
  const encode = (name: string, value: string): string =>
    version === undefined ? encodeForAnyone(name, value) : encodeHeaderLeniently(name, value, version);
  const body = Buffer.from(`${error.detail ?? `${error.message}\n\n${error.rule.says} (${error.code})`}\n`);
  let head = `ERROR\n${encode('message', error.message)}code:${error.code}\n`;
  if (error.code === 'version-mismatch') head += 'version:1.2,1.1,1.0\n';
  if (receiptId !== undefined) head += encode('receipt-id', receiptId);
  if (error.retryAfter !== undefined) head += `retry-after:${error.retryAfter}\n`;
  head += `content-type:text/plain;charset=UTF-8\ncontent-length:${body.length}\n\n`;
  return Buffer.concat([Buffer.from(head), body, Buffer.of(0)]);
}
