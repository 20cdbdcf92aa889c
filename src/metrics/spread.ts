// Histograms of times: an observation is a search among few bounds and two additions.
import type { Histogram, Labels } from './metrics.ts';

/** In seconds: from what one message costs to what a client waits for in vain. */
const bounds: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

class Spread implements Histogram {
  readonly labels: Labels;
  /** By bound, not added up; the last one is for all that is above. */
  readonly counts = new Array<number>(bounds.length + 1).fill(0);
  sum = 0;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  observe(value: number): void {
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at++;
    this.counts[at]!++;
    this.sum += value;
  }
}

/** One line of the text format. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** All histograms of one name, as a registry of prom-client asks for them. */
export class SpreadFamily {
  readonly name: string;
  readonly help: string;
  readonly #spreads = new Map<string, Spread>();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  /** The histogram of these labels. */
  of(labels: Labels): Histogram {
    const key = JSON.stringify(labels);
    const known = this.#spreads.get(key) ?? new Spread(labels);
    this.#spreads.set(key, known);
    return known;
  }

  async get() {
    const values = [...this.#spreads.values()].flatMap((spread) => samplesOf(this.name, spread));
    return { name: this.name, help: this.help, type: 'histogram', values, aggregator: 'sum' };
  }
}

/** [Prometheus, text format]: buckets are added up, the last one has all. */
function samplesOf(name: string, { labels, counts, sum }: Spread): Sample[] {
  let total = 0;
  const buckets = counts.map((count, at) => {
    total += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[at] ?? '+Inf' }, value: total };
  });
  const count = { metricName: `${name}_count`, labels, value: total };
  return [...buckets, { metricName: `${name}_sum`, labels, value: sum }, count];
}
