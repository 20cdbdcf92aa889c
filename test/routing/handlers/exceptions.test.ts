// Exception handlers: which one is asked, where its answer goes, and what is told when none or a bad one is there.
import { describe, expect, it } from 'vitest';
import { StompError, StompwireError } from '../../../src/errors.ts';
import { Application } from '../../../src/routing/application.ts';
import { Gate } from '../../broker/gate.ts';
import { type Person, refusal, Stage, told } from './stage.ts';

class Trouble extends Error {}
class DeepTrouble extends Trouble {}

/** Sends to a handler that throws, and says what the session is to do then. */
async function failing(stage: Stage, ann: Person, thrown: unknown, headers = {}): Promise<StompwireError> {
  stage.app.group('/bad', (bad) =>
    bad.message('', () => {
      throw thrown;
    }),
  );
  return refusal(() => stage.send(ann, '/app/bad', '', headers));
}

describe('the exception handler that is asked', () => {
  it('is the one of the most specific class, whatever the order of adding', async () => {
    for (const order of [
      [Error, Trouble, DeepTrouble],
      [DeepTrouble, Trouble, Error],
    ]) {
      const stage = new Stage();
      const ann = stage.enter('1');
      for (const type of order) stage.app.onError(type, () => type.name);
      await failing(stage, ann, new DeepTrouble());
      expect(told(ann)).toEqual([['/user/queue/errors', 'DeepTrouble']]);
    }
  });

  it("is the nearest group's, though another one's is more specific", async () => {
    const stage = new Stage();
    const ann = stage.enter('1');
    stage.app.onError(DeepTrouble, () => 'app');
    stage.app.group('/a', (a) => {
      a.onError(Error, () => 'group');
      a.group('/b', (b) => b.message('/c', () => Promise.reject(new DeepTrouble())));
    });
    await refusal(() => stage.send(ann, '/app/a/b/c'));
    expect(told(ann).map(([, body]) => body)).toEqual(['group']);
  });

  it('is that of the cause, when none is for the error itself, and is called with the cause', async () => {
    const stage = new Stage();
    const ann = stage.enter('1');
    stage.app.onError(Trouble, (error) => error.message);
    const inner = new DeepTrouble('the cause');
    await failing(stage, ann, new Error('outer', { cause: new Error('middle', { cause: inner }) }));
    expect(told(ann).map(([, body]) => body)).toEqual(['the cause']);
  });

  it('is none for an error that is its own cause, and for what is no error', async () => {
    const endless: Error = new Error('round');
    endless.cause = endless;
    for (const thrown of [endless, undefined, null, 'text', 7]) {
      const stage = new Stage();
      stage.app.onError(Trouble, () => 'no');
      expect(await failing(stage, stage.enter('1'), thrown)).toMatchObject({
        code: 'handler-failed',
        answered: false,
      });
    }
  });

  it('hears of bad bodies, hooks and publishing, of its own group and not of others', async () => {
    const stage = new Stage();
    const ann = stage.enter('1');
    stage.app.group('/a', (a) => {
      a.onError(StompwireError, ({ code }) => code);
      a.message('/body', () => {});
      a.message('/{to}', { sendTo: '/topic/{to}' }, () => 1);
    });
    stage.app.message('/b', () => {
      throw new StompwireError('bad-payload');
    });
    await refusal(() => stage.send(ann, '/app/a/body', '{', { 'content-type': 'application/json' }));
    await refusal(() => stage.send(ann, '/app/a/*'));
    await refusal(() => stage.send(ann, '/app/b'));
    expect(told(ann).map(([, body]) => body)).toEqual(['bad-payload', 'bad-destination']);
  });

  it('is one for each class in a group', () => {
    const app = new Application().onError(Trouble, () => {});
    expect(() => app.onError(Trouble, () => {})).toThrow('Trouble has an exception handler already');
    expect(() => app.group('/a', (a) => a.onError(Trouble, () => {}))).not.toThrow();
  });
});

describe('its answer', () => {
  it('goes to the session that sent, with the receipt, and no RECEIPT may follow', async () => {
    const stage = new Stage();
    const [ann, other] = [stage.enter('1'), stage.enter('2')];
    stage.app.onError(Trouble, async (error, { destination }) => ({ reason: error.message, destination }));
    const error = await failing(stage, ann, new Trouble('sold out'), { receipt: 'r1' });
    expect(told(ann)).toEqual([['/user/queue/errors', '{"reason":"sold out","destination":"/app/bad"}']]);
    expect(ann.messages[0]!.headers).toEqual(['receipt-id', 'r1']);
    expect(told(other)).toEqual([]);
    expect(error).toMatchObject({ code: 'handler-failed', answered: true, cause: expect.any(Trouble) });
  });

  it('names the subscription of a SUBSCRIBE', async () => {
    const stage = new Stage();
    const ann = stage.enter('1');
    stage.app
      .onError(Trouble, () => 'no')
      .subscribe('/bad', () => {
        throw new Trouble();
      });
    await refusal(() => stage.subscribe(ann, '/app/bad', [], { id: 'sub-1', receipt: 'r1' }));
    expect(ann.messages[0]!.headers).toEqual(['receipt-id', 'r1', 'subscription-id', 'sub-1']);
  });

  it('goes to all of the user, or to a topic, when the options say so; who wanted a receipt is told', async () => {
    const stage = new Stage();
    const [ann, other] = [stage.enter('1'), stage.enter('2')];
    const options = { sendToUser: '/queue/trouble', sendTo: '/topic/trouble', produces: 'text/html' };
    stage.app.onError(Trouble, () => 'x', options);
    const error = await failing(stage, ann, new Trouble());
    for (const { messages } of [ann, other])
      expect(messages).toMatchObject([{ destination: '/user/queue/trouble', contentType: 'text/html' }]);
    expect(stage.published).toEqual([['/topic/trouble', 'x']]);
    expect(error.answered).toBe(true);
    const asked = await refusal(() => stage.send(ann, '/app/bad', '', { receipt: 'r1' }));
    expect(asked).toMatchObject({ code: 'handler-failed', answered: false });
  });

  it('may be silence, but not for who wanted a receipt', async () => {
    const stage = new Stage();
    const ann = stage.enter('1');
    stage.app.onError(Trouble, () => {});
    expect((await failing(stage, ann, new Trouble())).answered).toBe(true);
    const asked = await refusal(() => stage.send(ann, '/app/bad', '', { receipt: 'r1' }));
    expect(asked).toMatchObject({ code: 'handler-failed', answered: false });
    expect(told(ann)).toEqual([]);
  });

  it('keeps the session alive that an error would have ended', async () => {
    const stage = new Stage();
    stage.app.onError(StompwireError, () => {});
    const error = await failing(stage, stage.enter('1'), new StompwireError('denied', 'members only'), {
      receipt: 'r1',
    });
    expect(error).toMatchObject({ code: 'handler-failed', message: 'members only', answered: false });
    expect(error.rule.close).toBeNull();
  });

  it('may be an ERROR frame', async () => {
    const stage = new Stage();
    stage.app.onError(Trouble, () => {
      throw new StompError('go away', { detail: 'for good' });
    });
    const error = await failing(stage, stage.enter('1'), new Trouble());
    expect(error).toMatchObject({ code: 'ended-by-application', message: 'go away', detail: 'for good' });
  });
});

describe('what nobody answered', () => {
  it('is told with an id that the log has too, and nothing of its inside', async () => {
    const stage = new Stage();
    const thrown = new Error('secret inside');
    const error = await failing(stage, stage.enter('1'), thrown);
    expect(error).toMatchObject({ code: 'handler-failed', message: 'the handler failed', cause: thrown });
    expect(error.correlationId).toMatch(/./);
    const again = await refusal(() => stage.send(stage.enter('2'), '/app/bad'));
    expect(again.correlationId).not.toBe(error.correlationId);
  });

  it('is a StompError as it is: no exception handler is asked', async () => {
    const stage = new Stage();
    let asked = false;
    stage.app.onError(Error, () => void (asked = true));
    const error = await failing(stage, stage.enter('1'), new StompError('closed'));
    expect(error).toMatchObject({ code: 'ended-by-application', answered: false });
    expect(asked).toBe(false);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('second');
      },
    ],
    ['rejects', () => Promise.reject(new Error('second'))],
    ['answers with what has no JSON', () => 1n],
    ['answers later with what has no JSON', async () => 1n],
  ])('is an error whose handler %s, both in the log', async (_, handler: () => unknown) => {
    const stage = new Stage();
    const ann = stage.enter('1');
    stage.app.onError(Trouble, handler);
    const error = await failing(stage, ann, new Trouble('first'));
    expect(error).toMatchObject({ code: 'handler-failed', message: 'the handler failed', answered: false });
    expect((error.cause as AggregateError).errors).toEqual([expect.any(Trouble), expect.any(Error)]);
    expect(error.correlationId).toBeDefined();
    expect(told(ann)).toEqual([]);
  });

  it('is told as it was when the handler for it fails', async () => {
    const stage = new Stage();
    stage.app.onError(StompwireError, () => {
      throw new Error('second');
    });
    const error = await failing(stage, stage.enter('1'), new StompwireError('denied', 'members only'));
    expect(error).toMatchObject({
      code: 'denied',
      message: 'members only',
      cause: expect.any(AggregateError),
    });
  });

  it('is an error whose handler never ends', async () => {
    const stage = new Stage({ handlerTimeout: 100 });
    stage.app.onError(Trouble, () => new Gate().opened);
    const refused = failing(stage, stage.enter('1'), new Trouble());
    stage.pass(200);
    expect(await refused).toMatchObject({ code: 'handler-failed', answered: false });
  });
});
