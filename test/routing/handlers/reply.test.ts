// Answers to a message's `reply-to`: only where its sender could reach by itself.
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../../src/errors.ts';
import { type Person, refusal, Stage, told } from './stage.ts';

function stageWith(answer: unknown = { pong: 1 }): { stage: Stage; ann: Person; other: Person } {
  const stage = new Stage();
  stage.app.message('/ping', ({ reply }) => reply(answer));
  return { stage, ann: stage.enter('1'), other: stage.enter('2') };
}

describe('a reply', () => {
  it("goes to the session's own queue, with the correlation-id of the message", () => {
    const { stage, ann, other } = stageWith();
    void stage.send(ann, '/app/ping', '', { 'reply-to': '/user/queue/pongs', 'correlation-id': 'c-1' });
    expect(told(ann)).toEqual([['/user/queue/pongs', '{"pong":1}']]);
    expect(ann.messages[0]!.headers).toEqual(['correlation-id', 'c-1']);
    expect(told(other)).toEqual([]);
  });

  it('goes to a topic as if the sender had sent there, through the same interceptors', () => {
    const { stage, ann } = stageWith('pong');
    const seen: unknown[] = [];
    stage.inbound.use((inbound, next) => {
      seen.push([inbound.command, inbound.destination, inbound.session.id, inbound.body.toString()]);
      return next();
    });
    void stage.send(ann, '/app/ping', '', { 'reply-to': '/topic/pongs', 'correlation-id': 'c-1' });
    expect(seen).toEqual([['SEND', '/topic/pongs', '1', 'pong']]);
    expect(stage.everything.messages).toMatchObject([
      {
        destination: '/topic/pongs',
        contentType: 'text/plain;charset=UTF-8',
        headers: ['correlation-id', 'c-1'],
      },
    ]);
  });

  it('does not go where the sender may not send', async () => {
    const { stage, ann } = stageWith();
    stage.inbound.use(({ destination }, next) => {
      if (destination === '/topic/closed') throw new StompwireError('denied', 'closed');
      return next();
    });
    const error = await refusal(() => stage.send(ann, '/app/ping', '', { 'reply-to': '/topic/closed' }));
    expect(error.code).toBe('denied');
    expect(stage.published).toEqual([]);
  });

  it.each([
    '/app/ping',
    '/user/bob/queue/x',
    '/user/queue',
    '/user/topic/x',
    '/user/queue/*',
    '/queue/*',
    '/temp-queue/x',
    '/topic/*',
    '/topic/a\n',
    '/other/x',
    'session:2/queue/errors',
    'user:ann/queue/errors',
    '',
  ])('does not go to %j', async (to) => {
    const { stage, ann, other } = stageWith();
    const error = await refusal(() => stage.send(ann, '/app/ping', '', { 'reply-to': to }));
    expect(error.code).toBe('bad-reply-to');
    expect([told(ann), told(other), stage.published]).toEqual([[], [], []]);
  });

  it('is refused where nobody said to where', async () => {
    const { stage, ann } = stageWith();
    const error = await refusal(() => stage.send(ann, '/app/ping'));
    expect(error).toMatchObject({ code: 'bad-reply-to', message: 'the message has no reply-to' });
  });
});
