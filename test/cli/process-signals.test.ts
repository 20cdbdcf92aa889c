// Under npm, whose shell passes no SIGTERM on, a service notices that this shell has gone.
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { processSignals } from '../../src/cli/process-signals.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A process that was started by the process 7. */
function startedBy(env: NodeJS.ProcessEnv): { ppid: number; heard: string[]; emitter: EventEmitter } {
  const started = Object.assign(new EventEmitter(), { env, ppid: 7, heard: [] as string[] });
  const signals = processSignals(started);
  signals.on('SIGTERM', () => started.heard.push('SIGTERM'));
  signals.onAbandoned?.(() => started.heard.push('abandoned'));
  return Object.assign(started, { emitter: started });
}

it('under npm the end of the parent is told once', () => {
  const started = startedBy({ npm_lifecycle_event: 'start' });
  vi.advanceTimersByTime(10_000);
  expect(started.heard).toEqual([]);
  started.ppid = 1;
  vi.advanceTimersByTime(10_000);
  started.ppid = 2;
  vi.advanceTimersByTime(10_000);
  expect(started.heard).toEqual(['abandoned']);
});

it('elsewhere who outlives its parent is a daemon', () => {
  const started = startedBy({});
  started.ppid = 1;
  vi.advanceTimersByTime(10_000);
  expect(started.heard).toEqual([]);
});

it('signals are heard as they come', () => {
  const started = startedBy({ npm_lifecycle_event: 'start' });
  started.emitter.emit('SIGTERM');
  expect(started.heard).toEqual(['SIGTERM']);
});
