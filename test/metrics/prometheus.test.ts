// Figures in Prometheus's format, and the metrics that count nothing.
import { describe, expect, it } from 'vitest';
import { noMetrics } from '../../src/metrics/metrics.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';

const linesOf = async (metrics: PrometheusMetrics): Promise<string[]> =>
  (await metrics.text()).split('\n').filter((line) => line !== '');

describe('the figures of a server', () => {
  it('are shown with their help and their type, whenever somebody looks', async () => {
    const metrics = new PrometheusMetrics();
    const counter = metrics.counter('frames', 'Frames that came');
    let sessions = 1;
    metrics.gauge('sessions', 'Sessions that are open', () => sessions);
    counter.add();
    counter.add(2);
    expect(await linesOf(metrics)).toEqual([
      '# HELP stompwire_frames_total Frames that came',
      '# TYPE stompwire_frames_total counter',
      'stompwire_frames_total 3',
      '# HELP stompwire_sessions Sessions that are open',
      '# TYPE stompwire_sessions gauge',
      'stompwire_sessions 1',
    ]);
    counter.add(0);
    sessions = 0;
    expect(await linesOf(metrics)).toEqual(
      expect.arrayContaining(['stompwire_frames_total 3', 'stompwire_sessions 0']),
    );
    expect(metrics.contentType).toMatch(/^text\/plain/);
  });

  it('that never moved are 0, not absent', async () => {
    const metrics = new PrometheusMetrics();
    metrics.counter('frames', 'Frames');
    expect(await linesOf(metrics)).toContain('stompwire_frames_total 0');
  });

  it('of one name and labels are one counter, and of other labels another', async () => {
    const metrics = new PrometheusMetrics();
    const denied = (): void => metrics.counter('errors', 'Errors', { code: 'denied' }).add();
    denied();
    denied();
    metrics.counter('errors', 'Errors', { code: 'a"b\nc' }).add();
    expect(await linesOf(metrics)).toEqual(
      expect.arrayContaining([
        'stompwire_errors_total{code="denied"} 2',
        'stompwire_errors_total{code="a\\"b\\nc"} 1',
      ]),
    );
  });

  it('are apart from those of another server in the process', async () => {
    const [one, other] = [new PrometheusMetrics(), new PrometheusMetrics()];
    for (const metrics of [one, other]) metrics.counter('frames', 'Frames');
    one.counter('frames', 'Frames').add();
    expect(await linesOf(other)).toContain('stompwire_frames_total 0');
  });
});

describe('no metrics', () => {
  it('take everything and keep nothing', () => {
    expect(noMetrics.counter('a', 'A')).toBe(noMetrics.counter('b', 'B', { c: 'd' }));
    noMetrics.counter('a', 'A').add(5);
    noMetrics.gauge('g', 'G', () => {
      throw new Error('nobody should look');
    });
  });
});
