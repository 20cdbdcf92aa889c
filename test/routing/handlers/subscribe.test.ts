// Handlers of SUBSCRIBE: the answer to that subscription alone, or elsewhere, and refusals.
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/message/message.ts';
import { Gate } from '../../broker/gate.ts';
import { refusal, Stage, told } from './stage.ts';

describe('a subscribe handler', () => {
  it('answers that subscription alone, with the destination that it named', () => {
    const stage = new Stage();
    const heard: Message[] = [];
    stage.app.subscribe('/room/{id}/members', ({ params }) => [`in ${params.id}`]);
    expect(stage.subscribe(stage.enter('1'), '/app/room/7/members', heard)).toBeUndefined();
    expect(heard).toMatchObject([
      { destination: '/app/room/7/members', contentType: 'application/json', body: Buffer.from('["in 7"]') },
    ]);
    expect(stage.published).toEqual([]);
  });

  it('is done when it has answered, however long that takes, and says nothing for undefined', async () => {
    const stage = new Stage();
    const [gate, heard] = [new Gate<string>(), [] as Message[]];
    stage.app.subscribe('/slow', () => gate.opened).subscribe('/silent', () => undefined);
    const done = stage.subscribe(stage.enter('1'), '/app/slow', heard);
    expect(heard).toEqual([]);
    gate.resolve('now');
    await done;
    void stage.subscribe(stage.enter('2'), '/app/silent', heard);
    expect(heard.map(({ body }) => body.toString())).toEqual(['now']);
  });

  it('answers elsewhere when it says so', () => {
    const stage = new Stage();
    const [ann, heard] = [stage.enter('1'), [] as Message[]];
    stage.app.subscribe(
      '/a',
      { sendTo: '/topic/a', sendToUser: '/queue/a', produces: 'text/html' },
      () => 'x',
    );
    void stage.subscribe(ann, '/app/a', heard);
    expect([heard.length, stage.published, told(ann)]).toEqual([
      0,
      [['/topic/a', 'x']],
      [['/user/queue/a', 'x']],
    ]);
    expect(ann.messages[0]!.contentType).toBe('text/html');
  });

  it('is apart from the message handler of the same template', async () => {
    const stage = new Stage();
    const [ann, heard] = [stage.enter('1'), [] as Message[]];
    stage.app.message('/a', () => 'sent').subscribe('/a', () => 'subscribed');
    void stage.send(ann, '/app/a');
    void stage.subscribe(ann, '/app/a', heard);
    expect([stage.published, heard[0]!.body.toString()]).toEqual([[['/topic/a', 'sent']], 'subscribed']);
    stage.app.message('/only-sent', () => 1);
    const error = await refusal(() => stage.subscribe(ann, '/app/only-sent'));
    expect(error.message).toBe("no handler answers SUBSCRIBE to '/app/only-sent'");
  });

  it.each([
    ['/app/room/*', 'bad-destination'],
    ['/app/**', 'bad-destination'],
    ['/app/room/a\n', 'bad-destination'],
    ['/app/none', 'no-handler'],
  ])('is not called for %j: %s', async (destination, code) => {
    const stage = new Stage();
    let called = false;
    stage.app.subscribe('/room/{id}', () => void (called = true));
    expect((await refusal(() => stage.subscribe(stage.enter('1'), destination))).code).toBe(code);
    expect(called).toBe(false);
  });

  it('that fails is refused without its inside', async () => {
    const stage = new Stage();
    const heard: Message[] = [];
    stage.app.subscribe('/bad', () => {
      throw new Error('secret inside');
    });
    const error = await refusal(() => stage.subscribe(stage.enter('1'), '/app/bad', heard));
    expect(error).toMatchObject({ code: 'handler-failed', message: 'the handler failed' });
    expect(heard).toEqual([]);
  });
});
