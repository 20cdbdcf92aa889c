// The text of conversations: what each line of it stands for, and what is refused.
import { describe, expect, it } from 'vitest';
import { dialogues, obstacle } from '../../src/conformance/corpus.ts';
import { bytesOf, parseDialogue } from '../../src/conformance/dialogue.ts';

const head = 'A title.\ncites: STOMP 1.2, SEND\nscope: generic\nneeds: one, two\n\n';
const stepsOf = (text: string) => parseDialogue('a/b', head + text).steps;

describe('a conversation', () => {
  it('has a title, the rule that it shows, a scope and needs', () => {
    expect(parseDialogue('a/b', `${head}A opens\n`)).toMatchObject({
      name: 'a/b',
      title: 'A title.',
      cites: 'STOMP 1.2, SEND',
      scope: 'generic',
      needs: ['one', 'two'],
    });
  });

  it('is a list of steps, each with its line', () => {
    const text = 'A connects 1.1\n\nB subscribes id:0 destination:/topic/a\n# a remark\nB is closed 1002\n';
    expect(stepsOf(text)).toEqual([
      { kind: 'connects', peer: 'A', line: 6, version: '1.1' },
      { kind: 'subscribes', peer: 'B', line: 8, headers: 'id:0\ndestination:/topic/a' },
      { kind: 'is closed', peer: 'B', line: 10, code: 1002 },
    ]);
  });

  it('shows frames as they are, with what must be there and what must not', () => {
    const [sends, gets] = stepsOf('A sends\nSEND\na:b\n\nx^@\nA gets\nMESSAGE\na:b\n!c\nd:\n\nx^@\n');
    expect(sends).toMatchObject({ kind: 'sends', bytes: 'SEND\na:b\n\nx^@' });
    const headers = [
      ['a', 'b'],
      ['c', undefined],
      ['d', ''],
    ];
    expect(gets).toMatchObject({ frame: { command: 'MESSAGE', headers, body: 'x' } });
  });

  it.each([
    ['no step', 'A shouts\n', 'a/b:6: no step: A shouts'],
    ['no end of a frame', 'A opens\nA sends\nSEND\n', 'a/b:7: no ^@ ends the frame'],
    ['no steps', '', 'a/b: no title, or no steps'],
  ])('is refused by its line: %s', (_, text, message) => {
    expect(() => stepsOf(text)).toThrow(message);
  });

  it('is refused without a scope', () => {
    expect(() => parseDialogue('a/b', 'A title.\n\nA opens\n')).toThrow('allowed: generic, stompwire');
  });
});

describe('the bytes of a text', () => {
  it.each([
    ['a^@b^J^M^^', 'a\0b\n\r^'],
    ['{ab*3}', 'ababab'],
    ['{a^J*2}', 'a\na\n'],
  ])('%j are %j', (text, bytes) => {
    expect(bytesOf(text).toString()).toBe(bytes);
  });

  it('are any byte that is named', () => {
    expect(bytesOf('\\xff\\x00')).toEqual(Buffer.of(255, 0));
  });
});

describe('a conversation that cannot be held', () => {
  it('says what the broker would have to offer', () => {
    const [dialogue] = [parseDialogue('a', `${head}A opens\n`)];
    expect(obstacle(dialogue, 'ws://h', new Set(['one']))).toBe('needs two');
    expect(obstacle(dialogue, 'ws://h', new Set(['one', 'two']))).toBeUndefined();
  });

  it('is one of bytes that are no text, over SockJS', () => {
    const binary = dialogues().find(({ name }) => name === 'send/binary-body')!;
    expect(obstacle(binary, 'sockjs+ws://h', new Set())).toBe('SockJS carries text only');
    expect(obstacle(binary, 'ws://h', new Set())).toBeUndefined();
  });
});
