// What the driver's errors mean: the history is away, its disk is full, or one record cannot be kept.
import { MongoBulkWriteError, MongoError, type WriteError } from 'mongodb';
import { StompwireError } from '../errors.ts';

export const duplicateKey = 11000;
const outOfDiskSpace = 14031;
const diskIsFull = /no space left|out of disk|disk (is )?full|disk quota|over your space quota/i;

/** Of the user who may not, and of the password that is not right. */
const unauthorized: ReadonlySet<unknown> = new Set([13, 18, 8000]);

/**
 * Codes by which a server says something of itself, and nothing of the document: it shuts down, is no
 * primary any more, is out of memory or time, moves its data. Source: error_codes.yml of MongoDB.
 */
const ofTheServer: ReadonlySet<unknown> = new Set([
  6,
  7,
  13,
  18,
  24,
  43,
  46,
  50,
  63,
  64,
  70,
  84,
  89,
  91,
  100,
  112,
  117,
  132,
  133,
  134,
  146,
  150,
  175,
  189,
  202,
  237,
  251,
  262,
  290,
  317,
  327,
  358,
  365,
  384,
  391,
  412,
  449,
  462,
  8000,
  9001,
  10107,
  11600,
  11602,
  13388,
  13435,
  13436,
  outOfDiskSpace,
]);

/** What the writes of a batch say, apart from what is there already. */
export function writeErrorsOf(error: MongoBulkWriteError): readonly WriteError[] {
  return [error.writeErrors].flat().filter(({ code }) => code !== duplicateKey);
}

/** What a server says of one write, alone or within a batch. */
interface Said {
  readonly code?: unknown;
  readonly errmsg?: string | undefined;
}

/** Whether a write failed for its document: whatever else happens, that one is never kept. */
export const isOfDocument = ({ code, errmsg }: Said): boolean =>
  !ofTheServer.has(code) && !diskIsFull.test(errmsg ?? '');

/** Whether another document has a key that must be unique. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof MongoError && error.code === duplicateKey;

/** Whether the driver itself would not send a batch: the connection had no part in it. */
export function isUnsendable(error: unknown): boolean {
  if (error instanceof MongoError) return error.name === 'MongoInvalidArgumentError';
  return error instanceof RangeError || error instanceof TypeError || nameOf(error).startsWith('BSON');
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Why a record is refused, on one line. */
export const reasonOf = (error: Pick<WriteError, 'errmsg'> | Error): string => {
  const said = error instanceof Error ? error.message : error.errmsg;
  return `MongoDB cannot keep it: ${oneLine(said ?? 'it does not say why')}`;
};

/** The error that the rest of the server knows. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof MongoError)) return error;
  const code = codeOf(error);
  if (code === outOfDiskSpace || diskIsFull.test(textsOf(error)))
    return new StompwireError('history-full', 'the disk of the history is full', causeOf(error));
  const why = unauthorized.has(code)
    ? 'MongoDB does not accept the user of the address'
    : 'MongoDB does not answer as it should';
  return new StompwireError('history-unavailable', `the history is not available: ${why}`, causeOf(error));
}

function codeOf(error: MongoError): unknown {
  const first = error instanceof MongoBulkWriteError ? writeErrorsOf(error)[0]?.code : undefined;
  return first ?? error.code;
}

function textsOf(error: MongoError): string {
  const writes = error instanceof MongoBulkWriteError ? writeErrorsOf(error) : [];
  return [error.message, ...writes.map(({ errmsg }) => errmsg)].join('\n');
}

/** The driver's errors carry the whole topology and more: only their words go to the log. */
function causeOf(error: MongoError): { readonly cause: Error } {
  return { cause: new Error(`${error.name} ${error.code ?? ''}: ${oneLine(textsOf(error))}`) };
}

/** Cut, and without what may stand before a host in an address. */
function oneLine(text: string): string {
  return text
    .replace(/\/\/[^/\s]*@/g, '//***@')
    .replace(/\s+/g, ' ')
    .slice(0, 300);
}

/** Runs what talks to the server. @throws {StompwireError} `history-unavailable`, `history-full` */
export async function asking<Answer>(talk: () => Promise<Answer>): Promise<Answer> {
  try {
    return await talk();
  } catch (error) {
    throw failureOf(error);
  }
}
