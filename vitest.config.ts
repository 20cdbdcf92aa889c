// Which tests run where; test/suites.ts lists the suites and their order.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { type Suite, suites } from './test/suites.ts';

/** Threads take their modules from here: otherwise each strips all types again, which takes most of its start. */
const compiled = fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

const foldersOfOthers = (suite: Suite): string[] =>
  suites.filter(({ folder }) => folder.startsWith(`${suite.folder}/`)).map(({ folder }) => `${folder}/**`);

const project = (suite: Suite) => ({
  test: {
    name: suite.name,
    include: [`${suite.folder}/**/*.test.ts`],
    exclude: [...foldersOfOthers(suite), 'test/bench/**'],
    // Files of a fast suite share their modules, which costs a third of loading them anew for each: a test
    // leaves nothing behind in one.
    ...(!suite.slow && { isolate: false, maxWorkers: availableParallelism() }),
    ...(!suite.slow && { env: { NODE_COMPILE_CACHE: compiled } }),
    // A test waits for events: its time says that one will never come, and not how fast the machine is.
    ...(!suite.slow && { testTimeout: 30_000, hookTimeout: 30_000 }),
    ...(suite.slow && { testTimeout: 90_000, hookTimeout: 120_000, fileParallelism: false }),
    // The same of what a test asks again until it is so: a second, as it comes, is how fast the machine is.
    expect: { poll: { timeout: 20_000, interval: 20 } },
  },
});

export default defineConfig({
  test: {
    globals: false,
    globalSetup: ['test/servers/global-setup.ts'],
    projects: suites.map(project),
  },
});
