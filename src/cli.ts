#!/usr/bin/env node
// The executable `stompwire`: refuses an old Node in one line, and only then loads what needs a new one.
const LEAST_NODE = 22;

if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
  process.stderr.write(
    `stompwire: Node.js ${process.versions.node} is too old; install Node.js ${LEAST_NODE} or newer\n`,
  );
  process.exitCode = 1;
} else {
  const { runProcess } = await import('./cli/run-process.ts');
  await runProcess();
}

export {};
