// Which tests run where: unit (no child process, no browser), contract (one suite per port), e2e (real clients).
import { defineConfig } from 'vitest/config';

const include = (folder: string): string[] => [`test/${folder}/**/*.test.ts`];

export default defineConfig({
  test: {
    globals: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/contracts/**', 'test/e2e/**', 'test/cluster/**', 'test/bench/**'],
        },
      },
      { test: { name: 'contract', include: include('contracts') } },
      { test: { name: 'e2e', include: include('e2e'), testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false } },
    ],
  },
});
