// MESSAGE frames: the parts that are encoded once, and ids as they travel.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameParser, type Version } from '../../frames/index.ts';
import { Message } from '../../src/message/message.ts';
import { encodingOf, messagePrefix, wireIdOf } from '../../src/session/encoding.ts';

const versions: Version[] = ['1.0', '1.1', '1.2'];

describe.each(versions)('a MESSAGE of STOMP %s', (version) => {
  const text = version === '1.0' ? fc.string().filter((one) => !/[\0\r\n]/.test(one)) : fc.string();
  const carried = text.filter((one) => !/[\0]/.test(one) && (version === '1.2' || !one.includes('\r')));

  it('is read back with its id, its headers and its body, whatever they hold', () => {
    const name = carried.filter((one) => one !== '' && !(version === '1.0' && one.includes(':')));
    fc.assert(
      fc.property(carried, name, carried, fc.uint8Array({ maxLength: 50 }), (id, own, value, bytes) => {
        const message = new Message({
          destination: '/topic/a',
          body: Buffer.from(bytes),
          id: 'm-1',
          contentType: 'x/y',
          headers: [own, value],
        });
        const parser = new FrameParser({ version });
        parser.write(
          Buffer.concat([
            messagePrefix,
            Buffer.from(wireIdOf(id, version), 'latin1'),
            encodingOf(message, version).tail,
          ]),
        );
        const frame = parser.read()!;
        expect(frame.headers.pairs).toEqual([
          ...['subscription', id, 'destination', '/topic/a', 'content-type', 'x/y', 'message-id', 'm-1'],
          ...[own, value, 'content-length', String(bytes.length)],
        ]);
        expect(frame.body).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

describe('an encoding', () => {
  it('is text when the body is UTF-8, and owns its bytes', () => {
    const body = Buffer.from('한');
    const message = new Message({ destination: '/topic/a', body, id: '1' });
    const { tail, text } = encodingOf(message, '1.2');
    body.fill(0xff);
    expect(text).toBe(true);
    expect(tail.toString().endsWith('content-length:3\n\n한\0')).toBe(true);
    expect(encodingOf(new Message({ destination: '/topic/a', body, id: '2' }), '1.2').text).toBe(false);
    expect(encodingOf(message, '1.2').tail).toBe(tail);
  });

  it('of an id is as long as its bytes', () => {
    expect(wireIdOf('구독:1', '1.2')).toHaveLength(Buffer.byteLength('구독\\c1'));
    expect(wireIdOf('구독:1', '1.0')).toHaveLength(Buffer.byteLength('구독:1'));
  });
});
