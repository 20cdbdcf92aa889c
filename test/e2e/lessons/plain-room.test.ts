// A page with nothing but a WebSocket: what one says, everybody hears, behind what the server puts before it.
import { afterEach, describe, expect, it } from 'vitest';
import { requires } from '../../servers/requires.ts';
import { closeAll, serve } from './built.ts';

const redis = requires('redis');
afterEach(closeAll);

const flags = ['--plain-endpoint', '/room', '--plain-prefix', 'Server received: '];

describe('a plain room', () => {
  it('brings each text to all who are there, and stays when one of them goes', async () => {
    const server = await serve(...flags, '--origin', '*');
    const [one, other, third] = [
      await server.plain('/room'),
      await server.plain('/room', 'https://elsewhere.example'),
      await server.plain('/room'),
    ];
    one.socket.send('안녕하세요');
    for (const { texts } of [one, other, third])
      expect(await texts.count(1)).toEqual(['Server received: 안녕하세요']);
    third.socket.terminate();
    other.socket.send('still here');
    for (const { texts } of [one, other])
      expect((await texts.count(2))[1]).toBe('Server received: still here');
  });

  it('brings a text to all but who sent it, where that is wanted', async () => {
    const server = await serve(...flags, '--no-plain-echo');
    const [one, other] = [await server.plain('/room'), await server.plain('/room')];
    one.socket.send('from one');
    await other.texts.count(1);
    other.socket.send('from the other');
    expect(await one.texts.count(1)).toEqual(['Server received: from the other']);
    expect(other.texts.all).toEqual(['Server received: from one']);
  });

  it('takes pages of other origins only where they are named', async () => {
    const server = await serve(...flags);
    await expect(server.plain('/room', 'https://elsewhere.example')).rejects.toThrow('403');
  });

  it.runIf(redis)('is one room on several nodes', async () => {
    const node = () => serve(...flags, '--broker', redis!, '--history', 'off');
    const [here, there] = [await (await node()).plain('/room'), await (await node()).plain('/room')];
    for (const { socket, texts } of [here, there]) {
      socket.send('in'); // whoever hears itself, hears all
      await texts.count(1);
    }
    here.socket.send('here');
    await there.texts.first((text) => text === 'Server received: here', 'the text of the other node');
    there.socket.send('there');
    await here.texts.first((text) => text === 'Server received: there', 'the text of the other node');
  });
});
