// The bound of a message, and the words that warn of it.
import { describe, expect, it } from 'vitest';
import { countWords, isTooLong, MAX_CONTENT_LENGTH } from '../../../src/web/model/draft.ts';

const long = (length: number): string => 'x'.repeat(length);

describe('a draft', () => {
  it('is not warned of while there is room', () => {
    expect(countWords(long(MAX_CONTENT_LENGTH - 501))).toBe('');
    expect(countWords(long(MAX_CONTENT_LENGTH - 500))).toBe('500 characters left');
  });

  it('may be as long as the bound, without the spaces around it', () => {
    expect(isTooLong(` ${long(MAX_CONTENT_LENGTH)}\n`)).toBe(false);
    expect(isTooLong(long(MAX_CONTENT_LENGTH + 1))).toBe(true);
    expect(countWords(long(MAX_CONTENT_LENGTH + 1))).toBe('1 character too long (at most 4000)');
  });
});
