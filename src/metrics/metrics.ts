// PORT: how the floors above count what happens, without knowing who reads it.

/** A number that only grows. `add` is called on hot paths and must cost nothing but an addition. */
export interface Counter {
  add(amount?: number): void;
}

/** How long things took, or how large they were: kept as counts by size. `observe` is called on hot paths, too. */
export interface Histogram {
  observe(value: number): void;
}

/** What a label may be named and hold: few different values, never a user's text. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Where figures go. The same name and labels give the same counter; `gauge` asks `read` whenever
 * somebody looks, so that a figure which exists anyway costs nothing.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: Labels): Counter;
  gauge(name: string, help: string, read: () => number): void;
  /** In seconds, where it is time; the same name has the same names of labels. */
  histogram(name: string, help: string, labels?: Labels): Histogram;
}

const counter: Counter = Object.freeze({ add: () => {} });
const histogram: Histogram = Object.freeze({ observe: () => {} });

/** Counts nothing: the default of the library. */
export const noMetrics: Metrics = Object.freeze({
  counter: () => counter,
  gauge: () => {},
  histogram: () => histogram,
});
