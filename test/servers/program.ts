// A real program that tests need, and the ways to come by it, tried in order.
import type { Machine } from './machine.ts';

export interface Found {
  /** What the tests are given: the path of an executable, or the URL of a server. */
  readonly address: string;
  /** Ends what a way started, by its process id; absent when nothing was started. */
  readonly stop?: () => Promise<void>;
}

/** One way to come by a program; a string says why it leads nowhere on this machine. */
export type Way = (machine: Machine) => Promise<Found | string>;

/**
 * What one file of this folder describes. A server's ways are: its address in the environment; its
 * program on the PATH, started on a free loopback port; docker, when an engine answers; apt-get.
 */
export interface Program {
  readonly name: string;
  /** The environment variable that names the program; the finder sets it for the tests too. */
  readonly variable: string;
  readonly ways: readonly Way[];
  /** What a person can do when no way leads anywhere. */
  readonly mend: string;
}

export interface Missing {
  readonly missing: string;
  readonly mend: string;
}

export type Provision = Found | Missing;

export const isFound = (provision: Provision): provision is Found => 'address' in provision;

export async function find(program: Program, machine: Machine): Promise<Provision> {
  const refusals: string[] = [];
  for (const way of program.ways) {
    const outcome = await way(machine);
    if (typeof outcome !== 'string') return outcome;
    refusals.push(outcome);
  }
  return { missing: refusals.join('; '), mend: program.mend };
}
