// The suites in the order in which they run, the cheap ones first; the test runner and its config share it.
export interface Suite {
  readonly name: string;
  /** Where its tests are; the unit suite is what no other suite claims. */
  readonly folder: string;
  /** Whether it tests what was built into dist/. */
  readonly needsBuild: boolean;
  /** Real processes and browsers take longer, and share ports and CPU badly. */
  readonly slow: boolean;
}

export const suites: readonly Suite[] = [
  { name: 'unit', folder: 'test', needsBuild: false, slow: false },
  { name: 'contract', folder: 'test/contracts', needsBuild: false, slow: false },
  { name: 'cluster', folder: 'test/cluster', needsBuild: false, slow: true },
  { name: 'packaging', folder: 'test/packaging', needsBuild: true, slow: true },
  { name: 'e2e', folder: 'test/e2e', needsBuild: true, slow: true },
];
