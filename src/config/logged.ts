// A policy as an option writes it: "<pattern> count=1000 age=24h receipt=stored deliver=stored window=10m".
import type { LogPolicy } from '../message/policies.ts';

/** A policy of which only the pattern need be said. */
export type GivenPolicy = Pick<LogPolicy, 'pattern'> & Partial<LogPolicy>;

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const receipts = ['accepted', 'brokered', 'replicated', 'stored'] as const;
const deliveries = ['at-once', 'stored'] as const;

type Settings = Omit<LogPolicy, 'pattern'>;

/** How each setting is read; `undefined`: it is not allowed. */
const readers: { readonly [Name in keyof Settings]: (text: string) => Settings[Name] | undefined } = {
  count: (text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined),
  age: duration,
  receipt: (text) => receipts.find((one) => one === text),
  deliver: (text) => deliveries.find((one) => one === text),
  window: duration,
};

const allowed: { readonly [Name in keyof Settings]: string } = {
  count: 'a whole number from 1 to 9999999',
  age: 'a time such as 90s, 15m, 24h or 7d, or 0 for whatever age',
  receipt: `one of ${receipts.join(', ')}`,
  deliver: `one of ${deliveries.join(', ')}`,
  window: 'a time such as 90s, 15m, 24h or 7d',
};

/** What is wrong with a policy's text. */
export class PolicyFault extends Error {}

/**
 * Reads a policy.
 *
 * @throws {PolicyFault} that says what is wrong, and what is allowed
 */
export function parsePolicy(text: string): GivenPolicy {
  const [pattern = '', ...settings] = text.trim().split(/\s+/);
  if (!pattern.startsWith('/'))
    throw new PolicyFault(`"${pattern}" is no destination or pattern; it begins with /`);
  const policy: Record<string, unknown> = { pattern };
  for (const setting of settings) {
    const [name, value] = readSetting(setting);
    if (name in policy) throw new PolicyFault(`${name} is there twice; say it once`);
    policy[name] = value;
  }
  return policy as unknown as GivenPolicy;
}

function readSetting(text: string): readonly [string, unknown] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  if (!isSetting(name)) {
    const known = Object.keys(readers).join(', ');
    throw new PolicyFault(`"${text}" is no setting; give name=value with one of the names ${known}`);
  }
  const value = readers[name](text.slice(at + 1));
  if (value !== undefined) return [name, value];
  throw new PolicyFault(`"${text}" is not allowed; give ${allowed[name]}`);
}

function isSetting(name: string): name is keyof Settings {
  return Object.hasOwn(readers, name);
}

function duration(text: string): number | undefined {
  if (text === '0') return 0;
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * units[unit!]!;
}
