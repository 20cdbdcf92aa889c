// Benchmark: what a message costs on its way through the chat's handler, against one that is published directly.
import { stompwire } from './contestants.ts';
import { costOf, type LoadPlan } from './loads.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved } from './statistics.ts';

const direct: LoadPlan = {
  subscribers: 500,
  rooms: 1,
  publishers: 1,
  messages: 1000,
  window: 16,
  bodyBytes: 120,
};
const chat: LoadPlan = {
  ...direct,
  subscribeTo: '/topic/chat-room/r%',
  publishTo: '/app/chat-room/r%/send',
};

const micros = (plan: LoadPlan) => async () => (await costOf(stompwire, plan)).microsecondsPerDelivery;

/** The handler adds id, room, sender and time to the body: direct messages are measured at both sizes. */
export async function app(rounds: number): Promise<Row[]> {
  const more = await addedBytes();
  const measured = await interleaved(rounds, {
    chat: micros(chat),
    direct: micros(direct),
    large: micros({ ...direct, bodyBytes: direct.bodyBytes + more }),
  });
  const against = (rivalName: string, rival: readonly number[]): Row =>
    rowOf({
      what: '/app/chat-room/{id}/send / direct',
      ours: measured.chat!,
      rival,
      rivalName,
      of: 'us',
      target: { kind: 'at most', limit: 1.3 },
    });
  return [
    against('direct, as large a MESSAGE', measured.large!),
    against('direct, as large a SEND', measured.direct!),
  ];
}

async function addedBytes(): Promise<number> {
  const short = { messages: 16 };
  const [through, past] = [
    await costOf(stompwire, { ...chat, ...short }),
    await costOf(stompwire, { ...direct, ...short }),
  ];
  return Math.round(through.bytesPerDelivery - past.bytesPerDelivery);
}
