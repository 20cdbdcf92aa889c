// Policies as options write them: what is read, what is refused and with which words, what must be kept on disk.
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';
import { parsePolicy } from '../../src/config/logged.ts';

const problemsOf = (options: Parameters<typeof resolveConfig>[0]): string => {
  try {
    resolveConfig(options);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the text of a policy', () => {
  it('is a pattern with settings in any order', () => {
    expect(parsePolicy('/topic/chat-room/*')).toEqual({ pattern: '/topic/chat-room/*' });
    expect(parsePolicy(' /topic/**  window=90s deliver=stored age=7d receipt=replicated  count=50 ')).toEqual(
      {
        pattern: '/topic/**',
        count: 50,
        age: 7 * 86_400_000,
        receipt: 'replicated',
        deliver: 'stored',
        window: 90_000,
      },
    );
  });

  it.each([
    ['0', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
  ])('reads the time %s', (text, milliseconds) => {
    expect(parsePolicy(`/topic/a age=${text}`)).toEqual({ pattern: '/topic/a', age: milliseconds });
  });

  it.each([
    ['topic/a', '"topic/a" is no destination or pattern; it begins with /'],
    ['/app/a', '"/app/a" lies under no prefix that can be logged; allowed: /topic'],
    ['/queue/a', '"/queue/a" lies under no prefix that can be logged; allowed: /topic'],
    ['/topic/a/**/b', "pattern '/topic/a/**/b': ** must be the whole last segment"],
    ['/topic/a count=0', '"count=0" is not allowed; give a whole number from 1 to 9999999'],
    ['/topic/a age=1', '"age=1" is not allowed; give a time such as 90s, 15m, 24h or 7d'],
    ['/topic/a window=', '"window=" is not allowed; give a time such as 90s, 15m, 24h or 7d'],
    [
      '/topic/a receipt=maybe',
      '"receipt=maybe" is not allowed; give one of accepted, brokered, replicated, stored',
    ],
    ['/topic/a deliver=never', '"deliver=never" is not allowed; give one of at-once, stored'],
    ['/topic/a count=1 count=2', 'count is there twice; say it once'],
    ['/topic/a size=1', '"size=1" is no setting; give name=value with one of the names count, age'],
    ['/topic/a constructor=1', '"constructor=1" is no setting'],
    ['/topic/a count', '"count" is no setting'],
  ])('%s is refused', (text, words) => {
    expect(problemsOf({ logged: [text], data: '/data' })).toContain(`logged from the options: ${words}`);
  });

  it('is there once per pattern', () => {
    const words = '"/topic/a" is there twice, and the first decides; leave one of them out';
    expect(problemsOf({ logged: ['/topic/a count=1', '/topic/a count=2'] })).toContain(words);
  });
});

describe('what a policy promises', () => {
  it.each(['stored', 'replicated'])('as receipt=%s needs a history on disk', (receipt) => {
    const logged = [`/topic/a receipt=${receipt}`];
    const words = `receipt=${receipt} of "/topic/a" needs a history on disk`;
    for (const options of [{}, { history: 'memory', data: '/data' }, { history: 'off', data: '/data' }])
      expect(problemsOf({ logged, ...options })).toContain(words);
    for (const options of [{ data: '/data' }, { history: 'mongodb://h/chat' }])
      expect(problemsOf({ logged, ...options })).toBe('');
  });

  it('as deliver=stored needs a history', () => {
    const logged = ['/topic/a deliver=stored'];
    expect(problemsOf({ logged, history: 'off' })).toContain('deliver=stored of "/topic/a" needs a history');
    expect(problemsOf({ logged })).toBe('');
  });
});
