// The rules that hold between what is logged and where it is kept.
import { StompwireError } from '../errors.ts';
import { assertDestination, isUnder } from '../message/destination.ts';
import { patternSeparator } from './compat.ts';
import { type GivenPolicy, PolicyFault, parsePolicy } from './logged.ts';
import type { Config, OptionKey } from './schema.ts';
import type { Check, Named, Problem } from './validate.ts';

/** Each policy is readable, of a place that can be logged, and there once. */
const readable: Check = (config, named) =>
  config.logged.flatMap((text, at) => {
    const fault = faultOf(text, config) ?? doubleOf(text, config.logged.slice(0, at));
    return fault === undefined ? [] : [problem(['logged'], `${named('logged')}: ${fault}`)];
  });

function faultOf(text: string, config: Config): string | undefined {
  try {
    const { pattern } = parsePolicy(text);
    assertDestination(pattern, patternSeparator(config));
    const prefixes = config.brokerPrefixes.filter((prefix) => prefix !== '/queue');
    if (prefixes.some((prefix) => isUnder(pattern, prefix))) return undefined;
    return `"${pattern}" lies under no prefix that can be logged; allowed: ${prefixes.join(', ')}`;
  } catch (error) {
    if (error instanceof PolicyFault || error instanceof StompwireError) return error.message;
    throw error;
  }
}

function doubleOf(text: string, earlier: readonly string[]): string | undefined {
  const { pattern } = parsePolicy(text);
  const double = earlier.some((other) => other.trim().split(/\s+/)[0] === pattern);
  return double ? `"${pattern}" is there twice, and the first decides; leave one of them out` : undefined;
}

/** A policy shall not promise what the history cannot keep: nothing would ever be delivered, or receipted. */
const promisesKept: Check = (config, named) => {
  const policies = config.logged.flatMap((text) => policyOf(text) ?? []);
  return policies.flatMap((policy) => brokenPromises(policy, config, named));
};

function policyOf(text: string): GivenPolicy | undefined {
  try {
    return parsePolicy(text);
  } catch {
    return undefined; // told already
  }
}

function brokenPromises({ pattern, deliver, receipt }: GivenPolicy, config: Config, named: Named): Problem[] {
  const keys: OptionKey[] = ['logged', 'history', 'data'];
  const tell = (setting: string, needs: string): Problem =>
    problem(keys, `${named('logged')}: ${setting} of "${pattern}" needs ${needs}`);
  if (deliver === 'stored' && config.history === 'off')
    return [tell('deliver=stored', 'a history; leave --history off out')];
  const replicas = config.broker !== 'memory';
  if ((receipt === 'stored' || (receipt === 'replicated' && !replicas)) && !isDurable(config))
    return [tell(`receipt=${receipt}`, 'a history on disk; give --data a folder, or --history an address')];
  return [];
}

/** Whether what is confirmed as stored is on a disk somewhere. */
export function isDurable({ history, data }: Pick<Config, 'history' | 'data'>): boolean {
  return history === 'embedded' ? data !== 'memory' : history !== 'memory' && history !== 'off';
}

function problem(keys: OptionKey[], line: string): Problem {
  return { keys, line };
}

/** All checks of this file. */
export const loggedChecks: readonly Check[] = [readable, promisesKept];
