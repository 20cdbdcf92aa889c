// The built executable plays the conversations of the package against the built service.
import { afterEach, expect, it } from 'vitest';
import { Executable } from './executable.ts';

const offers = ['--offers', 'queues', '--offers', 'temporary-queues'];

const running: Executable[] = [];
afterEach(async () => {
  for (const executable of running) executable.signal('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});

function run(words: readonly string[]): Executable {
  const executable = new Executable(words);
  running.push(executable);
  return executable;
}

it('passes what needs nothing special, over TCP and over WebSocket, and exits with 0', async () => {
  const service = run([
    'serve',
    '--port',
    '0',
    '--stomp-port',
    '0',
    '--log-level',
    'error',
    '--data',
    'memory',
  ]);
  const [, endpoint, stomp] = await service.addresses();
  for (const url of [endpoint!, stomp!, `sockjs+${endpoint!}`]) {
    const { code, stdout } = await run(['conformance', '--url', url, ...offers]).ended;
    expect(stdout).toMatch(/\n\d+ pass, \d+ not played\n$/);
    expect(Number(/\n(\d+) pass/.exec(stdout)![1])).toBeGreaterThan(150);
    expect(code).toBe(0);
  }
});
