// A reporter for vitest: writes down what failed, in tests, in hooks and outside of both, for the end of the test command.
import { appendFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import type { Failure } from './failure.ts';

/** Errors of tests, and of what is outside of them. */
type AnyError = Pick<SerializedError, 'name' | 'message' | 'stacks'> & { readonly diff?: string | undefined };

export default class FailureReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], outside: readonly SerializedError[]): void {
    const file = process.env.STOMPWIRE_TEST_FAILURES;
    if (file === undefined) return;
    const failures = [
      ...modules.flatMap(failuresOf),
      ...outside.map((error) => failure(undefined, 'outside of every test', error)),
    ];
    for (const one of failures) appendFileSync(file, `${JSON.stringify(one)}\n`);
  }
}

function failuresOf(module: TestModule): Failure[] {
  const file = module.relativeModuleId;
  const unloaded = module.errors().map((error) => failure(file, 'the file', error));
  const hooks = [...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => failure(file, `around ${suite.fullName}`, error)),
  );
  const tests = [...module.children.allTests('failed')].flatMap((test) =>
    (test.result().errors ?? []).map((error) => failure(file, test.fullName, error)),
  );
  return [...unloaded, ...hooks, ...tests];
}

/** The place comes first: it is what a bound on lines must not take away. */
const failure = (file: string | undefined, name: string, error: AnyError): Failure => ({
  file,
  name,
  error: [placeOf(error), `${error.name}: ${error.message}`, error.diff].filter(Boolean).join('\n'),
});

function placeOf({ stacks }: AnyError): string | undefined {
  const place = stacks?.[0];
  return place && `at ${place.file}:${place.line}:${place.column}`;
}
