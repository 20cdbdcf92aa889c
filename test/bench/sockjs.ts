// Benchmark: SockJS: what its framing adds to fan-out, streaming against sockjs-node, memory of an idle stream.
import { ourSockJs, overSockJs, sockJsNode, stompwire } from './contestants.ts';
import { costOf, type LoadPlan, memoryWith } from './loads.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved, inverse, type Measure } from './statistics.ts';

const fanOut: LoadPlan = {
  subscribers: 500,
  rooms: 1,
  publishers: 1,
  messages: 1000,
  window: 16,
  bodyBytes: 120,
};
const streams: LoadPlan = { ...fanOut, subscribers: 300 };

/** Sessions between which the slope is taken: it leaves out what a process costs before anybody comes. */
const some = 500;
const many = 2500;

const cpu =
  (contestant: typeof stompwire, plan: LoadPlan): Measure =>
  async () =>
    (await costOf(contestant, plan)).microsecondsPerDelivery;

const slope =
  (contestant: typeof stompwire): Measure =>
  async () =>
    ((await memoryWith(contestant, many)) - (await memoryWith(contestant, some))) / (many - some);

export async function sockJs(rounds: number): Promise<Row[]> {
  const framed = await interleaved(rounds, { sockJs: cpu(overSockJs, fanOut), raw: cpu(stompwire, fanOut) });
  const streamed = await interleaved(rounds, {
    ours: cpu(ourSockJs, streams),
    node: cpu(sockJsNode, streams),
  });
  const idle = await interleaved(rounds, { ours: slope(ourSockJs), node: slope(sockJsNode) });
  return [
    rowOf({
      what: 'fan-out over SockJS WebSocket: SockJS / raw',
      ours: framed.sockJs!,
      rival: framed.raw!,
      rivalName: 'raw WebSocket',
      of: 'us',
      target: { kind: 'at most', limit: 1.5 },
    }),
    rowOf({
      what: 'xhr_streaming, 16 in flight: rival / ours',
      ours: streamed.ours!,
      rival: streamed.node!,
      rivalName: sockJsNode.name,
      of: 'us',
      compare: inverse,
      target: { kind: 'at least', limit: 3 },
    }),
    rowOf({
      what: 'an idle xhr_streaming session',
      ours: idle.ours!,
      rival: idle.node!,
      rivalName: sockJsNode.name,
      of: 'KiB',
      compare: (our) => our,
      unit: 'KiB',
      target: { kind: 'at most', limit: 20 },
    }),
  ];
}
