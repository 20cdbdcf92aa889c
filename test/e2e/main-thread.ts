// What the main thread of a page does, task by task: its own CPU time, so that a busy machine makes no task longer.
import type { Person } from './people.ts';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Of the thread, in microseconds. */
  readonly tdur?: number;
}

/** Begins to watch. @returns ends it, and tells how long each task took, in milliseconds of CPU */
export async function watchMainThread({ context, page }: Person): Promise<() => Promise<number[]>> {
  const devtools = await context.newCDPSession(page);
  const events: TraceEvent[] = [];
  devtools.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as TraceEvent[])
      if (event.name === 'RunTask' && event.ph === 'X') events.push(event);
  });
  await devtools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline'], excludedCategories: ['*'] },
  });
  return async () => {
    const ended = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve));
    await devtools.send('Tracing.end');
    await ended;
    await devtools.detach();
    return busiestOf(events).map(({ tdur = 0 }) => tdur / 1000);
  };
}

/** Of all threads of the browser that of the page: nothing else here has as much to do. */
function busiestOf(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const threads = new Map<string, TraceEvent[]>();
  for (const event of events) {
    const thread = `${event.pid} ${event.tid}`;
    const known = threads.get(thread);
    if (known) known.push(event);
    else threads.set(thread, [event]);
  }
  const timeOf = (tasks: readonly TraceEvent[]): number => tasks.reduce((sum, { tdur = 0 }) => sum + tdur, 0);
  return [...threads.values()].sort((one, other) => timeOf(other) - timeOf(one))[0] ?? [];
}
