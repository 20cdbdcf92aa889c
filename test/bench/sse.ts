// Benchmark: event streams of a room against WebSockets in the same room, CPU of the service per delivery.
import { overEventStreams, stompwire } from './contestants.ts';
import { costOf, type LoadPlan } from './loads.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved, type Measure } from './statistics.ts';

const room: LoadPlan = {
  subscribers: 500,
  rooms: 1,
  publishers: 1,
  messages: 1000,
  window: 16,
  bodyBytes: 120,
  subscribeTo: '/topic/chat-room/%',
  publishTo: '/app/chat-room/%/send',
  eventsAt: '/api/chat/rooms/%/subscribe',
};

const cpu =
  (contestant: typeof stompwire, plan: LoadPlan): Measure =>
  async () =>
    (await costOf(contestant, plan)).microsecondsPerDelivery;

export async function sse(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const window of [16, 1]) {
    const plan = { ...room, window, messages: window === 1 ? 500 : 1000 };
    const { ours, rival } = await interleaved(rounds, {
      ours: cpu(overEventStreams, plan),
      rival: cpu(stompwire, plan),
    });
    rows.push(
      rowOf({
        what: `a room of 500, ${window} in flight: event streams / WebSocket`,
        ours: ours!,
        rival: rival!,
        rivalName: 'WebSocket',
        of: 'us',
        target: { kind: 'at most', limit: 1.3 },
      }),
    );
  }
  return rows;
}
