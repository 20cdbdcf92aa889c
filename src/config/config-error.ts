// The error of a configuration that cannot be used: every problem at once, a line each.
import { StompwireError } from '../errors.ts';

/**
 * Options that cannot be used (code `bad-configuration`). Thrown before anything is opened.
 *
 * `message` holds one line per problem; each names the key, its source, what is wrong and the mend.
 * No line shows a password.
 *
 * @example
 * ```ts
 * import { ConfigError, resolveConfig } from 'stompwire';
 * import assert from 'node:assert/strict';
 *
 * const wrong = () => resolveConfig({ port: -1, endpoints: [] });
 * assert.throws(wrong, (error) => error instanceof ConfigError && error.problems.length === 2);
 * ```
 */
export class ConfigError extends StompwireError {
  /** One line per problem. */
  readonly problems: readonly string[];

  /** @param problems - one line each, at least one */
  constructor(problems: readonly string[]) {
    super('bad-configuration', problems.join('\n'));
    this.problems = problems;
  }
}
