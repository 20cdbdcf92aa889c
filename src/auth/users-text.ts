// The text of a users file: `{"users": [{"name", "password", "roles"}]}`, read with every fault told by its place.
import { Ajv, type ErrorObject } from 'ajv';
import { nameFault } from './identity.ts';
import { type PasswordHash, parsePasswordHash } from './password-hash.ts';

/** One user. */
export interface UserEntry {
  readonly name: string;
  readonly hash: PasswordHash;
  readonly roles: readonly string[];
}

/** All users of a file; at least one. */
export interface Users {
  readonly entries: readonly UserEntry[];
  readonly byName: ReadonlyMap<string, UserEntry>;
}

interface WrittenUser {
  readonly name: string;
  readonly password: string;
  readonly roles?: readonly string[];
}

const text = { type: 'string' };
const user = {
  type: 'object',
  required: ['name', 'password'],
  properties: { name: text, password: text, roles: { type: 'array', items: text } },
  additionalProperties: false,
};
const schema = {
  type: 'object',
  required: ['users'],
  properties: { users: { type: 'array', minItems: 1, items: user } },
  additionalProperties: false,
};

const mend = 'stompwire hash-password makes entries';
const isUsers = new Ajv().compile<{ readonly users: readonly WrittenUser[] }>(schema);

/** @throws {Error} that names the place, and quotes nothing of the file but a name */
export function parseUsers(json: string): Users {
  const written = parsed(json);
  if (!isUsers(written)) throw new Error(faultOf(isUsers.errors?.[0]));
  const entries = written.users.map(entryOf);
  const byName = new Map<string, UserEntry>();
  for (const entry of entries) {
    if (byName.has(entry.name)) throw new Error(`holds the user ${entry.name} twice`);
    byName.set(entry.name, entry);
  }
  return { entries, byName };
}

/** The engine's own message would quote the text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error(`is not JSON; give {"users": [...]}, ${mend}`);
  }
}

function entryOf({ name, password, roles = [] }: WrittenUser, at: number): UserEntry {
  const fault = nameFault(name);
  if (fault !== undefined) throw new Error(`holds at users/${at} a name that ${fault}`);
  const hash = parsePasswordHash(password);
  if (hash === undefined) throw new Error(`holds at users/${at} a password that is no scrypt hash; ${mend}`);
  return { name, hash, roles: Object.freeze([...roles]) };
}

function faultOf(error: ErrorObject | undefined): string {
  const place = error?.instancePath.slice(1) || 'the top';
  const what = error?.keyword === 'additionalProperties' ? 'has an unknown key' : error?.message;
  return `holds at ${place} what ${what ?? 'is not allowed'}; ${mend}`;
}
