// The kit against brokers that do one thing wrong: each is found, with the line of the step that it breaks.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseDialogue } from '../../src/conformance/dialogue.ts';
import { play } from '../../src/conformance/play.ts';

const close: (() => void)[] = [];
afterEach(() => {
  for (const end of close.splice(0)) end();
});

/** A broker that answers whatever comes with one text. */
async function broker(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  close.push(() => server.close());
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function played(steps: string, answer: (socket: Socket) => void): Promise<string | undefined> {
  const dialogue = parseDialogue('a', `A title.\nscope: generic\n\nA sends\nSEND\n\n^@\n${steps}`);
  const stage = { url: await broker(answer), host: '/', patience: 300, unique: 'u1' };
  const fault = await play(dialogue, stage);
  return fault && `${fault.line}: ${fault.what}`;
}

const says = (text: string) => (socket: Socket) => void socket.write(text);
const gets = 'A gets\nMESSAGE\nn:{x}\n!absent\n\nbody^@\n';

describe('a broker that answers as it should', () => {
  it.each([
    [gets, 'MESSAGE\nn:1\n\nbody\0'],
    ['A gets\nRECEIPT\n\n{empty}^@\n', 'RECEIPT\n\n\0'],
    [`${gets}A gets\nMESSAGE\nn:!{x}\n^@\n`, 'MESSAGE\nn:1\n\nbody\0MESSAGE\nn:2\n\n\0'],
    ['A gets\nMESSAGE\nn:a\\b^Jc\n^@\n', 'MESSAGE\nn:a\\\\b\\nc\n\n\0'],
    ['A gets a heart-beat\n', '\n'],
  ])('passes: %j', async (steps, text) => {
    expect(await played(steps, says(text))).toBeUndefined();
  });

  it('passes when it closes', async () => {
    expect(await played('A is closed 1002\n', (socket) => socket.end())).toBeUndefined();
  });
});

describe('a broker that answers wrongly', () => {
  it.each([
    ['another command', gets, 'RECEIPT\n\n\0', '8: A should get MESSAGE, but got RECEIPT [] ""'],
    ['another body', gets, 'MESSAGE\nn:1\n\nbodies\0', '8: A should get the body body in'],
    ['a header less', gets, 'MESSAGE\n\nbody\0', '8: A should get n:{x} in'],
    ['a header more', gets, 'MESSAGE\nn:1\nabsent:0\n\nbody\0', '8: A should get absent:(none) in'],
    [
      'the same again',
      `${gets}A gets\nMESSAGE\nn:!{x}\n^@\n`,
      'MESSAGE\nn:1\n\nbody\0MESSAGE\nn:1\n\n\0',
      '14: A should get n:!{x} in',
    ],
    ['no frame', gets, 'SHOUT\n\n\0', '8: A should get MESSAGE, but got bytes that are no frame'],
    ['nothing', gets, '\n', '8: A should get MESSAGE, but got nothing in time'],
    ['no close', 'A is closed\n', 'MESSAGE\n\n\0', '8: A should be closed, but got MESSAGE'],
    ['something', 'A gets nothing\n', 'MESSAGE\n\n\0', '8: A should get nothing, but should get RECEIPT'],
    [
      'no heart-beat',
      'A gets a heart-beat\n',
      'RECEIPT\n\n\0',
      '8: A should get a heart-beat, but got RECEIPT',
    ],
  ])('is found to send %s', async (_, steps, text, told) => {
    expect(await played(steps, says(text))).toMatch(told);
  });

  it('is found to close', async () => {
    expect(await played(gets, (socket) => socket.end())).toBe('8: A should get MESSAGE, but was closed');
  });
});
