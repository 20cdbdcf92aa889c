// Records as lines of JSON: how a history travels from one store to another.
import { Buffer, isUtf8 } from 'node:buffer';
import { Ajv, type JSONSchemaType } from 'ajv';
import type { LogRecord } from '../message/record.ts';

/** A record on its line; a body that is text stands there as text. */
interface RecordLine {
  readonly destination: string;
  readonly epoch: number;
  readonly seq: number;
  /** ISO 8601, in UTC. */
  readonly time: string;
  readonly sender?: string;
  readonly contentType?: string;
  /** Pairs of name and value: a name may come twice. */
  readonly headers?: string[][];
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly key?: string;
  readonly tombstone?: string;
}

const most = Number.MAX_SAFE_INTEGER;
const text = { type: 'string', nullable: true } as const;
const schema: JSONSchemaType<RecordLine> = {
  type: 'object',
  properties: {
    destination: { type: 'string', minLength: 1 },
    epoch: { type: 'integer', minimum: 0, maximum: most },
    seq: { type: 'integer', minimum: 1, maximum: most },
    time: {
      type: 'string',
      pattern: '^([+-]\\d\\d)?\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$',
    },
    sender: text,
    contentType: text,
    headers: {
      type: 'array',
      nullable: true,
      items: { type: 'array', minItems: 2, maxItems: 2, items: { type: 'string' } },
    },
    body: text,
    bodyBase64: { ...text, pattern: '^[A-Za-z0-9+/]*={0,2}$' },
    key: text,
    tombstone: { ...text, enum: ['redacted', 'poisoned'] },
  },
  required: ['destination', 'epoch', 'seq', 'time'],
  additionalProperties: false,
};
const isRecordLine = new Ajv({ strict: true }).compile(schema);

/** The line of a record, with its end. */
export function lineOf(record: LogRecord): string {
  const { destination, epoch, seq, time, sender, contentType, headers, body, key, tombstone } = record;
  const line: RecordLine = {
    destination,
    epoch,
    seq,
    time: new Date(time).toISOString(),
    ...(sender !== undefined && { sender }),
    ...(contentType !== undefined && { contentType }),
    ...(headers.length > 0 && { headers: pairsOf(headers) }),
    ...(isUtf8(body) ? { body: body.toString() } : { bodyBase64: body.toString('base64') }),
    ...(key !== undefined && { key }),
    ...(tombstone !== undefined && { tombstone }),
  };
  return `${JSON.stringify(line)}\n`;
}

/** @throws {SyntaxError} that says what is wrong with a line */
export function recordIn(line: Buffer): LogRecord {
  if (!isUtf8(line)) throw new SyntaxError('it is not UTF-8');
  const value = parsed(line.toString());
  if (!isRecordLine(value)) throw new SyntaxError(faultOf());
  const time = Date.parse(value.time);
  if (Number.isNaN(time)) throw new SyntaxError(`time ${value.time} is no time`);
  const { body, bodyBase64 } = value;
  if ((body === undefined) === (bodyBase64 === undefined))
    throw new SyntaxError('it must have either body or bodyBase64');
  return recordOf(value, time, body === undefined ? Buffer.from(bodyBase64!, 'base64') : Buffer.from(body));
}

function recordOf(line: RecordLine, time: number, body: Buffer): LogRecord {
  const { destination, epoch, seq, sender, contentType, headers = [], key } = line;
  const tombstone = line.tombstone as LogRecord['tombstone'];
  return {
    destination,
    epoch,
    seq,
    time,
    sender,
    contentType,
    headers: headers.flat(),
    body,
    key,
    ...(tombstone !== undefined && { tombstone }),
  };
}

/** Not what the parser says: it quotes what may be a message of somebody's. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new SyntaxError('it is no JSON');
  }
}

function faultOf(): string {
  const [{ instancePath = '', message = '', params = {} } = {}] = isRecordLine.errors ?? [];
  const name = 'additionalProperty' in params ? ` (${params.additionalProperty})` : '';
  return `${instancePath.slice(1).replaceAll('/', '.') || 'it'} ${message}${name}`;
}

function pairsOf(headers: readonly string[]): string[][] {
  const pairs: string[][] = [];
  for (let i = 0; i < headers.length; i += 2) pairs.push([headers[i]!, headers[i + 1]!]);
  return pairs;
}

const newline = 0x0a;

/** Cuts bytes into lines; only a line feed ends one, for text may hold every other separator of lines. */
export async function* linesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]);
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}
