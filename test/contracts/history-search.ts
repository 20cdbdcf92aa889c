// The part of the history store's contract that is about words.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { HistoryQuery, HistoryStore } from '../../src/history/store.ts';
import { recordOf, room, seqsOf, walk } from './history-records.ts';

interface Bench {
  test(sentence: string, run: () => Promise<void>): void;
  store(): HistoryStore;
}

const punctuation = [
  '"',
  "'",
  '*',
  '%',
  '_',
  '(',
  ')',
  ':',
  '-',
  '^',
  '\\',
  '.',
  '$',
  'OR',
  'NEAR',
  '{',
  '[',
];

/** Tests how a store finds words. */
export function historySearchContract({ test, store }: Bench): void {
  const keep = async (...texts: string[]): Promise<void> => {
    await store().append(texts.map((text, i) => recordOf(i + 1, { text })));
    await store().upkeep.settled();
  };
  const found = async (text: string, more: Partial<HistoryQuery> = {}): Promise<number[]> =>
    seqsOf((await store().find({ destination: room, limit: 100, order: 'oldest', text, ...more })).records);

  describe('searching', () => {
    test('finds Korean words of one, two and three syllables, within words too', async () => {
      await keep('안녕하세요 여러분', '오늘 안녕', '하늘이 맑다', '밥', '밥 먹었어?', '김밥', '녕안');
      expect(await found('안녕')).toEqual([1, 2]);
      expect(await found('녕하')).toEqual([1]);
      expect(await found('하세요')).toEqual([1]);
      expect(await found('밥')).toEqual([4, 5, 6]);
      expect(await found('늘')).toEqual([2, 3]);
      expect(await found('여러분')).toEqual([1]);
      expect(await found('먹었')).toEqual([5]);
      expect(await found('밥먹')).toEqual([]);
      expect(await found('세요여')).toEqual([]);
    });

    test('finds Hangul however it is put together', async () => {
      await keep('한글'.normalize('NFD'), '한글'.normalize('NFC'));
      expect(await found('한글'.normalize('NFC'))).toEqual([1, 2]);
      expect(await found('한글'.normalize('NFD'))).toEqual([1, 2]);
      expect(await found('글')).toEqual([1, 2]);
    });

    test('finds words of mixed scripts, whatever their case and width', async () => {
      await keep('Node로 만든 STOMP서버', 'ÉCOLE Größe', 'ＡＢＣ 全角', 'naïve 日本語テキスト');
      expect(await found('node로')).toEqual([1]);
      expect(await found('stomp')).toEqual([1]);
      expect(await found('P서')).toEqual([1]);
      expect(await found('école')).toEqual([2]);
      expect(await found('GRÖSSE')).toEqual([]);
      expect(await found('abc')).toEqual([3]);
      expect(await found('日本')).toEqual([4]);
      expect(await found('語')).toEqual([4]);
    });

    test('finds parts of words, and all words of a query in any order', async () => {
      await keep('the quick brown fox', 'quicksand', 'a brown bear', 'sick quilt');
      expect(await found('quick')).toEqual([1, 2]);
      expect(await found('ick')).toEqual([1, 2, 4]);
      expect(await found('brown quick')).toEqual([1]);
      expect(await found('  brown\t\nTHE ')).toEqual([1]);
      expect(await found('brown wolf')).toEqual([]);
      expect(await found('quickbrown')).toEqual([]);
      expect(await found('x')).toEqual([1]);
      expect(await found('quuick')).toEqual([]);
    });

    test('is not fooled by the pairs of a word in another order', async () => {
      await keep('ababa', 'baba', 'abcab', 'cabc bca');
      expect(await found('abab')).toEqual([1]);
      expect(await found('bcab')).toEqual([3]);
      expect(await found('cabca')).toEqual([]);
    });

    test('takes wildcards, quotes and operators for text', async () => {
      await keep(...punctuation.map((sign) => `before${sign}after`), 'nothing of that');
      for (const [i, sign] of punctuation.entries()) {
        expect(await found(`before${sign}after`), sign).toEqual([i + 1]);
        if (!/\w/.test(sign)) expect(await found(sign), sign).toEqual([i + 1]);
      }
      expect(await found('before*')).toEqual([3]);
      expect(await found('be%er')).toEqual([]);
      expect(await found('thing OR before')).toEqual([]);
      expect(await found('.*')).toEqual([]);
    });

    test('finds characters outside the basic plane, whole', async () => {
      await keep('🙂', 'hi🙂🙃', '𠮷野家', 'half');
      expect(await found('🙂')).toEqual([1, 2]);
      expect(await found('🙂🙃')).toEqual([2]);
      expect(await found('𠮷')).toEqual([3]);
      expect(await found('𠮷野')).toEqual([3]);
      expect(await found('🙃🙂')).toEqual([]);
    });

    test('restricts nothing when there is no word', async () => {
      await keep('one', 'two');
      expect(await found('')).toEqual([1, 2]);
      expect(await found(' \t')).toEqual([1, 2]);
    });

    test('finds only text: no bytes, no tombstones, of JSON its texts alone', async () => {
      const contentType = 'application/json;charset=UTF-8';
      const body = Buffer.concat([Buffer.from('word'), Buffer.of(0xff)]);
      await store().append([
        recordOf(1, { body }),
        recordOf(2, { body: Buffer.from('word'), tombstone: 'poisoned' }),
        recordOf(3, { text: JSON.stringify({ word: 'other' }), contentType }),
        recordOf(4, { text: JSON.stringify({ text: ['a\n"word"', { deep: '한글' }] }), contentType }),
        recordOf(5, { text: '{ word', contentType }),
        recordOf(6, { text: '{"word":1}' }),
        recordOf(7, { body: Buffer.alloc(0) }),
      ]);
      await store().upkeep.settled();
      expect(await found('word')).toEqual([4, 5, 6]);
      expect(await found('"word"')).toEqual([4, 6]);
      expect(await found('한글')).toEqual([4]);
    });

    test('goes on page by page, in both orders, within the destination', async () => {
      const texts = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `hit ${i}` : `miss ${i}`));
      await keep(...texts);
      await store().append([recordOf(1, { destination: '/topic/elsewhere', text: 'hit' })]);
      await store().upkeep.settled();
      const hits = texts.flatMap((text, i) => (text.startsWith('hit') ? [i + 1] : []));
      for (const order of ['oldest', 'newest'] as const) {
        const walked = await walk(store(), { destination: room, text: 'hit', limit: 7, order });
        expect(seqsOf(walked)).toEqual(order === 'oldest' ? hits : hits.toReversed());
        const all = await walk(store(), { destination: room, text: 'i', limit: 7, order });
        expect(all).toHaveLength(texts.length);
      }
    });

    test('is by position, in whatever order records came', async () => {
      const order = [5, 1, 4, 2, 6, 3];
      for (const seq of order) await store().append([recordOf(seq, { text: `hit ${seq}` })]);
      await store().upkeep.settled();
      expect(await found('hit')).toEqual([1, 2, 3, 4, 5, 6]);
      const walked = await walk(store(), { destination: room, text: 'hit', limit: 2 });
      expect(seqsOf(walked)).toEqual([6, 5, 4, 3, 2, 1]);
      expect(await found('hit', { after: { epoch: 1, seq: 4 } })).toEqual([5, 6]);
      expect(await found('hit', { before: { epoch: 1, seq: 3 } })).toEqual([1, 2]);
    });

    test('finds what a plain comparison finds, of any text', async () => {
      const character = fc.constantFrom(...'aAbBß가나다 \'"%_*🙂é');
      const text = fc.string({ unit: character, minLength: 1, maxLength: 8 });
      const texts = fc.sample(text, { numRuns: 150, seed: 7 });
      await keep(...texts);
      for (const query of fc.sample(text, { numRuns: 60, seed: 11 })) {
        const words = query.toLowerCase().split(' ').filter(Boolean);
        const expected = texts.flatMap((kept, i) =>
          words.every((word) => kept.toLowerCase().includes(word)) ? [i + 1] : [],
        );
        expect(await found(query, { limit: 1000 }), query).toEqual(expected);
      }
    });
  });
}
