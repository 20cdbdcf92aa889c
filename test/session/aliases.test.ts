// Destinations as clients call them, put as they are called here.
import { describe, expect, it } from 'vitest';
import { type ClientCommand, type Frame, Headers } from '../../frames/index.ts';
import { aliases } from '../../src/session/aliases.ts';
import { profileOf } from '../../src/session/profile.ts';

const nobody = { id: 's', version: '1.2' } as const;

function translated(
  texts: readonly string[],
  command: ClientCommand,
  destination: string,
): string | undefined {
  const frame = frameOf(command, destination);
  aliases(texts)(frame, nobody);
  return frame.headers.get('destination');
}

function frameOf(command: ClientCommand, destination: string): Frame {
  return { command, headers: Headers.from({ destination }), body: Buffer.alloc(0) } as unknown as Frame;
}

const rooms = ['/publish/chat/{id}=/app/chat-room/{id}/send', '/subscribe/chat/{id}=/topic/chat-room/{id}'];

describe('an alias', () => {
  it.each([
    ['SEND', '/publish/chat/7', '/app/chat-room/7/send'],
    ['SUBSCRIBE', '/subscribe/chat/7', '/topic/chat-room/7'],
    ['UNSUBSCRIBE', '/subscribe/chat/7', '/topic/chat-room/7'],
    // what a variable holds goes along as it is: rules see a pattern as a pattern
    ['SUBSCRIBE', '/subscribe/chat/*', '/topic/chat-room/*'],
    ['SEND', '/publish/chat/{id}', '/app/chat-room/{id}/send'],
    ['SEND', '/publish/chat/$&', '/app/chat-room/$&/send'],
  ] as const)('%s %s means %s', (command, given, meant) => {
    expect(translated(rooms, command, given)).toBe(meant);
  });

  it.each(['/publish/chat', '/publish/chat/', '/publish/chat/7/8', '/publish/chats/7', '/topic/x', 'x', '/'])(
    'leaves %s alone',
    (given) => expect(translated(rooms, 'SEND', given)).toBe(given),
  );

  it('may divide by dots, turn variables round and leave them out', () => {
    const texts = ['/a/{x}.{y}=/app/{y}', '/b/{x}/{y}=/app/{y}/{x}'];
    expect(() => aliases(texts.slice(0, 1))).toThrow(TypeError); // one variable in a segment
    expect(translated(texts.slice(1), 'SEND', '/b/1/2')).toBe('/app/2/1');
    expect(translated(['/c.{x}=/app/d'], 'SEND', '/c.1')).toBe('/app/d');
  });

  it('is no loop: what it leads to is not looked up again', () => {
    expect(translated(['/a=/b', '/b=/a'], 'SEND', '/a')).toBe('/b');
  });

  it.each([
    [['/a/{x}=/b/{y}'], 'no value for {y}'],
    [['/a/{x}=/b', '/a/{y}=/c'], 'has a handler already'],
    [['/a'], '/from=/to'],
  ])('%j is refused', (texts, why) => {
    expect(() => aliases(texts)).toThrow(why);
  });

  it('is put right before the profile of another broker looks', () => {
    const options = {
      compat: 'rabbitmq',
      patterns: 'rabbitmq',
      aliases: ['/old=/exchange/amq.topic/new'],
    } as const;
    const frame = frameOf('SUBSCRIBE', '/old');
    profileOf(options).translate?.(frame, nobody);
    expect(frame.headers.get('destination')).toBe('/topic/new');
  });
});
