// Loaded into a service under test: when its parent asks, collects garbage and tells what the process holds.

/** What a process holds, after a collection of garbage. */
export interface Holdings {
  /** Bytes of live objects, buffers outside the heap included. */
  readonly heap: number;
  /** Everything that keeps the event loop going, sorted by kind. */
  readonly resources: readonly string[];
}

process.on('message', () => {
  globalThis.gc!();
  // what the first collection finalized is freed by a second one, a turn later
  setImmediate(() => {
    globalThis.gc!();
    const { heapUsed, external } = process.memoryUsage();
    const holdings: Holdings = {
      heap: heapUsed + external,
      resources: process.getActiveResourcesInfo().sort(),
    };
    process.send!(holdings);
  });
});
