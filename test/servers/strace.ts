// strace, for the tests that look at what a process asks of the kernel, and in which order.
import type { Program } from './program.ts';
import { fromDebian, namedBy, onPath } from './ways.ts';

export const strace: Program = {
  name: 'strace',
  variable: 'STRACE_PATH',
  ways: [namedBy('STRACE_PATH'), onPath('strace'), fromDebian(['strace'], 'strace')],
  mend: 'install strace (Debian: apt-get install strace), or set STRACE_PATH to it',
};
