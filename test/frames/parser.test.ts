// The parser as a session uses it: pulled frame by frame, paused, told another version, failed, idle.
import { describe, expect, it } from 'vitest';
import { FrameParser } from '../../frames/index.ts';
import { collectGarbage } from './garbage.ts';

const disconnect = 'DISCONNECT\n\n\0';

function parserOf(text: string): FrameParser {
  const parser = new FrameParser();
  parser.write(Buffer.from(text));
  return parser;
}

describe('pulling', () => {
  it('gives one frame at a time, and null when there is no more', () => {
    const parser = parserOf('BEGIN\ntransaction:1\n\n\0COMMIT\ntransaction:1\n\n\0');
    expect(parser.read()?.command).toBe('BEGIN');
    expect(parser.read()?.command).toBe('COMMIT');
    expect(parser.read()).toBeNull();
    expect(parser.read()).toBeNull();
  });

  it('unescapes by the version that is set when a frame is read', () => {
    const parser = new FrameParser({ version: '1.0' });
    parser.write(Buffer.from('SEND\na:x\\ny\n\n\0SEND\na:x\\ny\n\n\0SEND\na:x\\rz\n\n\0'));
    expect(parser.read()?.headers.get('a')).toBe('x\\ny');
    parser.version = '1.1';
    expect(parser.read()?.headers.get('a')).toBe('x\ny');
    parser.version = '1.2';
    expect(parser.read()?.headers.get('a')).toBe('x\rz');
  });

  it('may stop in between while more is written', () => {
    const parser = new FrameParser();
    for (let at = 0; at < 100; at++) parser.write(Buffer.from(`SEND\nn:${at}\n\n${'x'.repeat(at)}\0`));
    for (let at = 0; at < 100; at++) {
      const frame = parser.read();
      expect([frame?.headers.get('n'), frame?.body.length]).toEqual([`${at}`, at]);
    }
    expect(parser.read()).toBeNull();
  });

  it('never overwrites a body that was given out', () => {
    const parser = new FrameParser();
    const bodies: Buffer[] = [];
    for (const text of [
      'SEND\n\nfir',
      'st\0SEND\n\nsec',
      'ond\0SEND\n\nthird\0SEND\n\n',
      `${'x'.repeat(999)}\0`,
    ]) {
      parser.write(Buffer.from(text));
      for (let frame = parser.read(); frame !== null; frame = parser.read()) bodies.push(frame.body);
    }
    expect(bodies.map(String)).toEqual(['first', 'second', 'third', 'x'.repeat(999)]);
  });

  it('gives bodies as slices of the chunk, without a copy', () => {
    const chunk = Buffer.from('SEND\n\nhello\0');
    const parser = new FrameParser();
    parser.write(chunk);
    const body = parser.read()!.body;
    chunk.write('J', 6);
    expect(String(body)).toBe('Jello');
  });

  it('lets a chunk be reused by its owner once read returned null', () => {
    const chunk = Buffer.from('SEND\n\nhel');
    const parser = new FrameParser();
    parser.write(chunk);
    expect(parser.read()).toBeNull();
    chunk.fill('?');
    parser.write(Buffer.from('lo\0'));
    expect(String(parser.read()?.body)).toBe('hello');
  });

  it('counts the bytes that it holds', () => {
    const parser = parserOf(`\n${disconnect}SEND\n`);
    expect(parser.pending).toBe(1 + 13 + 5);
    parser.read();
    expect(parser.pending).toBe(5);
    expect(parser.read()).toBeNull();
    expect(parser.pending).toBe(5);
    parser.write(Buffer.from('\n\0\n\n'));
    expect(parser.pending).toBe(9);
    parser.read();
    parser.read();
    expect(parser.pending).toBe(0);
  });
});

describe('after an error', () => {
  it('the frames before it have been read, and every later read throws the same one', () => {
    const parser = parserOf(`${disconnect}garbage`);
    expect(parser.read()?.command).toBe('DISCONNECT');
    const errors = [1, 2, 3].map(() => {
      parser.write(Buffer.from(disconnect));
      try {
        return parser.read();
      } catch (error) {
        return error;
      }
    });
    expect(errors[0]).toMatchObject({ code: 'unknown-command' });
    expect(new Set(errors).size).toBe(1);
  });

  it('what is written is dropped', () => {
    const parser = parserOf('garbage');
    expect(() => parser.read()).toThrow();
    parser.write(Buffer.from(disconnect));
    expect(parser.pending).toBe(0);
  });
});

describe('memory', () => {
  it('an idle parser is no more than its fields, and shares its limits', () => {
    const limits = { frameBytes: 100, headerCount: 5, headerLineBytes: 50 };
    const values = Object.values(new FrameParser({ limits }));
    expect(values.filter((value) => typeof value === 'function')).toEqual([]);
    expect(values).toContain(limits);
    expect(Object.values(new FrameParser())).toEqual(Object.values(new FrameParser()));
  });

  it.each([
    ['whole frames', [disconnect], disconnect],
    ['heart-beats', ['\n\n'], '\n\n'],
    ['a frame in pieces', ['SEND\n\nhe', 'llo\0'], 'SEND\n\nhello\0'],
    ['an error', ['garbage'], ''],
  ])('after %s no buffer is held', (_, texts, all) => {
    const parser = new FrameParser();
    for (const text of texts) {
      parser.write(Buffer.from(text));
      try {
        while (parser.read() !== null);
      } catch {}
    }
    expect(parser.pending, all).toBe(0);
    expect(heldBytes(parser)).toBe(0);
  });

  it('a chunk is let go once it is read, though half a frame of it is left', async () => {
    const parser = new FrameParser();
    const chunk = new WeakRef(Buffer.alloc(65_536, `${disconnect}SEND\n\nhalf`));
    parser.write(chunk.deref()!);
    while (parser.read() !== null);
    expect(parser.pending).toBeGreaterThan(0);
    await collectGarbage();
    expect(chunk.deref()).toBeUndefined();
  });

  it('a promised body takes no memory before it comes', () => {
    const parser = parserOf('SEND\ncontent-length:200000\n\n');
    expect(parser.read()).toBeNull();
    expect(heldBytes(parser)).toBeLessThan(1000);
  });
});

function heldBytes(parser: FrameParser): number {
  const buffers = Object.values(parser).filter((value): value is Buffer => Buffer.isBuffer(value));
  return buffers.reduce((sum, { length }) => sum + length, 0);
}
