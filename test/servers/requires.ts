// How a suite says that it needs a real program, so that its absence is told and not passed over.
import { inject } from 'vitest';
import type { ProgramName } from './programs.ts';

/**
 * The address of the program, or undefined when this machine has none: then the suite must not run, and
 * the test command lists the file as NOT RUN with the mend. To be written in the test file itself, the
 * name spelt out, for the finder reads it there: `describe.runIf(requires('chromium'))('...', ...)`.
 */
export function requires(name: ProgramName): string | undefined {
  const provision = inject('provisions')?.[name];
  if (!provision)
    throw new Error(`write requires('${name}') in the test file itself: the finder did not see it`);
  return 'address' in provision ? provision.address : undefined;
}
