// The interceptor line: its order, what it refuses, drops and hears, and that it is done at once when it can be.
import { describe, expect, it } from 'vitest';
import { Channel } from '../../src/channel/channel.ts';

function traced(): { line: Channel<string>; trace: string[]; last: (context: string) => void } {
  const trace: string[] = [];
  return { line: new Channel<string>(), trace, last: (context) => void trace.push(`last ${context}`) };
}

describe('a line of interceptors', () => {
  it('is passed in the order of adding, and left in the other', () => {
    const { line, trace, last } = traced();
    for (const name of ['a', 'b'])
      line.use((_context, next) => {
        trace.push(`${name} before`);
        next();
        trace.push(`${name} after`);
      });
    expect(line.run('x', last)).toBeUndefined();
    expect(trace).toEqual(['a before', 'b before', 'last x', 'b after', 'a after']);
  });

  it('that is empty passes at once, what it guards decides the result', async () => {
    const { line, trace, last } = traced();
    expect(line.run('x', last)).toBeUndefined();
    expect(trace).toEqual(['last x']);
    await expect(line.run('x', () => Promise.reject(new Error('late')))).rejects.toThrow('late');
  });

  it('is dropped by one that does not go on, and refused by one that throws', () => {
    const { line, trace, last } = traced();
    line.use((context, next) => {
      if (context === 'bad') throw new Error('refused');
      if (context !== 'dull') return next();
    });
    line.run('dull', last);
    expect(() => line.run('bad', last)).toThrow('refused');
    line.run('good', last);
    expect(trace).toEqual(['last good']);
  });

  it('waits for one that takes its time, and tells it how it ended', async () => {
    const { line, trace, last } = traced();
    line.use(async (_context, next) => {
      await Promise.resolve();
      await Promise.resolve(next()).catch((error: Error) => trace.push(`heard ${error.message}`));
    });
    const done = line.run('x', (context) => {
      last(context);
      return Promise.reject(new Error('trouble'));
    });
    expect(trace).toEqual([]);
    await done;
    expect(trace).toEqual(['last x', 'heard trouble']);
  });

  it('refuses to be gone on with twice', () => {
    const { line, last } = traced();
    line.use(function twice(_context, next) {
      next();
      next();
    });
    expect(() => line.run('x', last)).toThrow('interceptor twice called next() twice');
  });

  it('keeps behind all others those that were added to stay last', () => {
    const { line, trace, last } = traced();
    const named = (name: string) => (_context: string, next: () => void) => {
      trace.push(name);
      next();
    };
    line.use(named('a')).useLast(named('rules')).use(named('b')).useLast(named('end')).use(named('c'));
    line.run('x', last);
    expect(trace).toEqual(['a', 'b', 'c', 'rules', 'end', 'last x']);
  });

  it('refuses to be gone on with twice later, too', async () => {
    const { line, trace, last } = traced();
    line.use(async (_context, next) => {
      await next();
      await Promise.resolve();
      await next();
    });
    await expect(line.run('x', last)).rejects.toThrow('called next() twice');
    expect(trace).toEqual(['last x']);
  });

  it('can be run many times at once', async () => {
    const { line, trace, last } = traced();
    line.use(async (_context, next) => {
      await Promise.resolve();
      return next();
    });
    await Promise.all([line.run('x', last), line.run('y', last)]);
    expect(trace).toEqual(['last x', 'last y']);
  });
});
