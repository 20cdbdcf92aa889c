// Runs, lanes and the slab: what is shared, what is forgotten, and that no two hold the same room.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { Lane, Slab } from '../../src/session/chain.ts';
import { eventFraming } from '../../src/transport/event-stream.ts';
import { bareFraming, webSocketFraming } from '../../src/transport/framing.ts';
import { sockJsHttpFraming, sockJsWebSocketFraming } from '../../src/transport/sockjs-framing.ts';

const message = (id: string): Message => new Message({ destination: '/topic/a', body: Buffer.from('x'), id });

describe('a lane', () => {
  it('begins the same run for all who begin with the same message and ids of one length', () => {
    const lane = new Lane(bareFraming, '1.2');
    const [one, other] = [lane.encoded(message('1')), lane.encoded(message('2'))];
    const run = lane.begin(one, 5);
    expect(lane.begin(one, 5)).toBe(run);
    expect(lane.begin(one, 6)).not.toBe(run);
    expect(lane.begin(other, 5)).not.toBe(run);
    expect(run.and(other)).toBe(run.and(other));
    expect(run.and(other)).not.toBe(run.and(one));
  });

  it('finds a run again that others began in between, as those do who resume from elsewhere', () => {
    const lane = new Lane(bareFraming, '1.2');
    const messages = Array.from({ length: 200 }, (_, i) => lane.encoded(message(String(i))));
    const runs = messages.map((one) => lane.begin(one, 5));
    expect(messages.map((one) => lane.begin(one, 5))).toEqual(runs);
    expect(lane.begin(messages[7]!, 5)).toBe(runs[7]);
    lane.begin(messages[8]!, 5);
    expect(lane.begin(messages[7]!, 6).bytesFor('sub-10', new Slab()).toString()).toContain('sub-10');
    lane.forget();
    expect(lane.begin(messages[7]!, 5)).not.toBe(runs[7]);
  });

  it('encodes a message once per version', () => {
    const one = message('1');
    const lanes = (['1.1', '1.2', '1.2'] as const).map((version) => new Lane(bareFraming, version));
    const [old, first, second] = lanes.map((lane) => lane.encoded(one));
    expect(first).toBe(second);
    expect(first).not.toBe(old);
  });

  it('holds no message once the turn has ended', () => {
    const lane = new Lane(bareFraming, '1.2');
    const one = lane.encoded(message('1'));
    const run = lane.begin(one, 5);
    lane.forget();
    expect(lane.begin(one, 5)).not.toBe(run);
  });

  it('shares no runs for ids that are longer than those of any sane client', () => {
    const lane = new Lane(bareFraming, '1.2');
    const one = lane.encoded(message('1'));
    expect(lane.begin(one, 64)).toBe(lane.begin(one, 64));
    expect(lane.begin(one, 65)).not.toBe(lane.begin(one, 65));
    expect(lane.begin(one, 65).bytesFor('y'.repeat(65), new Slab()).toString()).toContain(
      `subscription:${'y'.repeat(65)}\n`,
    );
  });
});

describe('a message with headers of one delivery', () => {
  const own = ['ack', '1-7', 'redelivered', 'true'];
  const eventStreamFraming = eventFraming(({ headers }) => headers.join(' '));
  const framings = { webSocketFraming, sockJsWebSocketFraming, sockJsHttpFraming, eventStreamFraming };

  it('has them behind the id, before what all get', () => {
    const bytes = new Lane(bareFraming, '1.2').alone(message('9'), 'sub-0', own);
    expect(bytes.toString()).toBe(
      'MESSAGE\nsubscription:sub-0\nack:1-7\nredelivered:true\ndestination:/topic/a\nmessage-id:9\n' +
        'content-length:1\n\nx\0',
    );
  });

  it.each(Object.entries(framings))(
    'is framed as the same message whose own they are: %s',
    (_name, framing) => {
      const lane = new Lane(framing, '1.2');
      const whole = new Message({ ...message('9'), headers: own });
      const [ours, theirs] = [lane.alone(message('9'), 'sub-0', own), lane.alone(whole, 'sub-0', [])];
      expect(ours.length).toBe(theirs.length);
      expect(ours.includes('1-7') && ours.includes('redelivered')).toBe(true);
      if (framing === eventStreamFraming) expect(ours).toEqual(theirs);
      else expect(ours.subarray(0, 4)).toEqual(theirs.subarray(0, 4));
    },
  );

  it('is encoded once for all who get it', () => {
    const lane = new Lane(bareFraming, '1.2');
    const one = message('9');
    lane.alone(one, 'sub-0', own);
    const encoded = lane.encoded(one);
    lane.alone(one, 'sub-1', ['ack', '2-1']);
    expect(lane.encoded(one)).toBe(encoded);
  });
});

describe('the slab', () => {
  const overlap = (a: Buffer, b: Buffer): boolean =>
    a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.length && b.byteOffset < a.byteOffset + a.length;

  it('gives everybody room of their own, over the end of one piece of memory and in the next', () => {
    const slab = new Slab();
    const taken = Array.from({ length: 40 }, (_, i) => slab.take(1 + ((i * 7919) % 60_000)));
    for (const [at, one] of taken.entries())
      for (const other of taken.slice(at + 1)) expect(overlap(one, other)).toBe(false);
  });

  it('gives the same room again when the last one gives it back', () => {
    const slab = new Slab();
    const first = slab.take(100);
    slab.giveBack(first);
    expect(slab.take(50).byteOffset).toBe(first.byteOffset);
  });

  it('takes back nothing but what was taken last, and nothing that is not its own', () => {
    const slab = new Slab();
    const [first, second] = [slab.take(100), slab.take(100)];
    slab.giveBack(first);
    slab.giveBack(Buffer.alloc(100));
    slab.giveBack(second.subarray(0, 50));
    const third = slab.take(100);
    for (const other of [first, second]) expect(overlap(third, other)).toBe(false);
  });

  it('gives memory of its own for more than it holds, and goes on where it was', () => {
    const slab = new Slab();
    const small = slab.take(10);
    expect(slab.take(300_000).buffer).not.toBe(small.buffer);
    expect(slab.take(10).buffer).toBe(small.buffer);
  });
});
