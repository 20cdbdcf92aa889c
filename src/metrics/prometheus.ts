// Metrics in Prometheus's text format, by prom-client.
import { collectDefaultMetrics, Gauge, type Metric, Counter as PromCounter, Registry } from 'prom-client';
import type { Counter, Histogram, Labels, Metrics } from './metrics.ts';
import { SpreadFamily } from './spread.ts';

/** Adding is an addition; prom-client sees the value only when somebody looks. */
class Tally implements Counter {
  value = 0;
  readonly labels: Labels;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  add(amount = 1): void {
    this.value += amount;
  }
}

/** Keeps figures for Prometheus; every server has a registry of its own. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #tallies = new Map<string, Map<string, Tally>>();
  readonly #spreads = new Map<string, SpreadFamily>();

  counter(name: string, help: string, labels: Labels = {}): Counter {
    const family = this.#tallies.get(name) ?? this.#family(name, help, Object.keys(labels));
    const key = JSON.stringify(labels);
    const tally = family.get(key) ?? new Tally(labels);
    family.set(key, tally);
    return tally;
  }

  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `stompwire_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  histogram(name: string, help: string, labels: Labels = {}): Histogram {
    const known = this.#spreads.get(name);
    if (known !== undefined) return known.of(labels);
    const family = new SpreadFamily(`stompwire_${name}`, help);
    this.#spreads.set(name, family);
    this.#registry.registerMetric(family as unknown as Metric); // it has what the registry asks for when it writes
    return family.of(labels);
  }

  /** Shows the figures of the process too, under the names that all of Prometheus's clients give them. */
  showProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** The content type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All figures, as `/metrics` shows them. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #family(name: string, help: string, labelNames: string[]): Map<string, Tally> {
    const family = new Map<string, Tally>();
    this.#tallies.set(name, family);
    new PromCounter({
      name: `stompwire_${name}_total`,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const tally of family.values()) this.inc({ ...tally.labels }, tally.value);
      },
    });
    return family;
  }
}
