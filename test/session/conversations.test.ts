// Whole conversations of several clients, frames good and bad in any order: after each the server holds what a simple model says.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Action, action, Conversation } from './conversation.ts';
import { tries } from './conversation-model.ts';

/** More of them are a longer run: see CONTRIBUTING.md. */
const runs = Number(process.env.STOMPWIRE_TEST_RUNS ?? 150);
const patience = 60_000 + runs * 300;

/** What the queues of a server are like. */
const bounds = fc.record({
  count: fc.constantFrom(3, 1000),
  overflow: fc.constantFrom('reject', 'drop-oldest'),
  tries: fc.constant(tries),
  bindings: fc.constantFrom(1, 3),
});
type Bounds = typeof bounds extends fc.Arbitrary<infer T> ? T : never;

async function hold(limits: Bounds, actions: readonly Action[]): Promise<void> {
  const conversation = new Conversation(limits);
  try {
    for (const one of actions) if (!(await conversation.do(one))) break;
    await conversation.end();
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${conversation.said.join('\n')}`, { cause: error });
  }
}

it(
  'whatever clients say, in whatever order, the server holds what the model holds',
  async () => {
    expect(runs).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(bounds, fc.array(action, { maxLength: 150, size: 'max' }), hold),
      // what is still being made smaller is told before the time is over
      { numRuns: runs, interruptAfterTimeLimit: patience * 0.8, markInterruptAsFailure: true },
    );
  },
  patience,
);
