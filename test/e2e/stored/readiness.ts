// Waits until a service says of itself that it is ready, or that it is not.
import { setTimeout as after } from 'node:timers/promises';

/** Looks until readiness answers with this status: nobody is told when it changes. @returns the reason, if it has one */
export async function readiness(ops: string, status: 200 | 503): Promise<string | undefined> {
  for (;;) {
    const answer = await fetch(`${ops}/health/ready`);
    const { reason } = (await answer.json()) as { readonly reason?: string };
    if (answer.status === status) return reason;
    await after(20);
  }
}
