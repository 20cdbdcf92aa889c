// The error of a configuration that cannot be used: every problem at once, a line each.

/**
 * Options that cannot be used. Thrown before anything is opened.
 *
 * `message` holds one line per problem; each names the key, its source, what is wrong and the mend.
 * No line shows a password.
 *
 * @example
 * ```ts
 * try {
 *   createServer({ port: -1 });
 * } catch (error) {
 *   if (error instanceof ConfigError) console.error(error.problems);
 * }
 * ```
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** One line per problem. */
  readonly problems: readonly string[];

  /** @param problems - one line each, at least one */
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
