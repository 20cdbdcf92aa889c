// A bar that shows how far a command is, where somebody can see it.
import { Presets, SingleBar } from 'cli-progress';

/** Told how far it is; `stop` leaves the line. */
export interface Progress {
  advance(count: number): void;
  stop(): void;
}

const unseen: Progress = { advance: () => {}, stop: () => {} };

/** Shows a bar when the stream is a terminal. @param total - how far it goes; 0: nobody knows, and nothing is shown */
export function progressOn(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  total: number,
  unit: string,
): Progress {
  if (stream.isTTY !== true || total === 0) return unseen;
  const format = `{bar} {percentage} % · {value}/{total} ${unit} · {eta_formatted}`;
  const bar = new SingleBar({ stream, format, fps: 5 }, Presets.shades_classic);
  bar.start(total, 0);
  return { advance: (count) => bar.increment(count), stop: () => bar.stop() };
}
