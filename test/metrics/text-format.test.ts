// The reader of the text format refuses what a scraper would.
import { describe, expect, it } from 'vitest';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import { parseMetrics } from './text-format.ts';

const head = '# HELP a_total A\n# TYPE a_total counter\n';
const histogram = (lines: string): string => `# HELP h H\n# TYPE h histogram\n${lines}`;

describe('the text format', () => {
  it('is read with its labels and escapes', () => {
    expect(parseMetrics(`${head}a_total{x="1",y="\\"\\\\\\n"} 2.5e-7\n`)).toEqual([
      {
        name: 'a_total',
        help: 'A',
        type: 'counter',
        samples: [{ name: 'a_total', labels: { x: '1', y: '"\\\n' }, value: 2.5e-7 }],
      },
    ]);
  });

  it.each([
    ['no end of the last line', `${head}a_total 1`],
    ['no type', '# HELP a A\na 1\n'],
    ['a type of another metric', '# HELP a A\n# TYPE b gauge\na 1\n'],
    ['no help', '# HELP a \n# TYPE a gauge\na 1\n'],
    ['a figure of another metric', `${head}b_total 1\n`],
    ['a figure twice', `${head}a_total{x="1"} 1\na_total{x="1"} 2\n`],
    ['a metric twice', `${head}a_total 1\n${head}a_total 1\n`],
    ['a label twice', `${head}a_total{x="1",x="2"} 1\n`],
    ['a quote that is not escaped', `${head}a_total{x="a"b"} 1\n`],
    ['no number', `${head}a_total one\n`],
    ['a counter below 0', `${head}a_total -1\n`],
    [
      'buckets that do not add up',
      histogram('h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'),
    ],
    ['no bucket for all', histogram('h_bucket{le="1"} 2\nh_sum 1\nh_count 2\n')],
    ['a count of its own', histogram('h_bucket{le="+Inf"} 2\nh_sum 1\nh_count 3\n')],
  ])('with %s is refused', (_, text) => {
    expect(() => parseMetrics(text)).toThrow();
  });
});

describe('a histogram', () => {
  it('counts by size, each label apart, and is there from its first asking', async () => {
    const metrics = new PrometheusMetrics();
    const one = metrics.histogram('took_seconds', 'How long it took', { route: '/a' });
    metrics.histogram('took_seconds', 'How long it took', { route: '/b' });
    for (const value of [0, 0.0005, 0.0006, 0.3, 10, 11]) one.observe(value);
    expect(metrics.histogram('took_seconds', 'How long it took', { route: '/a' })).toBe(one);
    const [family] = parseMetrics(await metrics.text());
    expect(family).toMatchObject({
      name: 'stompwire_took_seconds',
      type: 'histogram',
      help: 'How long it took',
    });
    const at = (route: string, le: string) =>
      family!.samples.find(({ labels }) => labels.route === route && labels.le === le)?.value;
    expect(['0.0005', '0.001', '0.25', '0.5', '10', '+Inf'].map((le) => at('/a', le))).toEqual([
      2, 3, 3, 4, 5, 6,
    ]);
    expect(at('/b', '+Inf')).toBe(0);
    const sum = family!.samples.find(({ name, labels }) => name.endsWith('_sum') && labels.route === '/a');
    expect(sum!.value).toBeCloseTo(21.3011);
  });
});
