// Handlers that take too long, and the signal that tells them to stop.
import { describe, expect, it } from 'vitest';
import { Gate } from '../../broker/gate.ts';
import { refusal, Stage, told } from './stage.ts';

describe('a handler that never settles', () => {
  it('is told of after the time limit, is given the signal, and answers nobody any more', async () => {
    const stage = new Stage({ handlerTimeout: 1000 });
    const gate = new Gate<string>();
    const signals: AbortSignal[] = [];
    stage.app.message('/slow', ({ abort }) => {
      signals.push(abort);
      return gate.opened;
    });
    const refused = refusal(() => stage.send(stage.enter('1'), '/app/slow'));
    stage.pass(980);
    expect(signals[0]!.aborted).toBe(false);
    stage.pass(40);
    const error = await refused;
    expect(error).toMatchObject({ code: 'handler-timeout', message: 'the handler took longer than 1000 ms' });
    expect(error.rule.close).toBeNull();
    expect(signals[0]!.reason).toBe(error);
    gate.resolve('too late');
    await gate.opened;
    await new Promise(setImmediate);
    expect(stage.published).toEqual([]);
    expect(stage.wheel.size).toBe(0);
  });

  it('has a limit of its own, or none', async () => {
    const stage = new Stage({ handlerTimeout: 1000 });
    const [short, endless] = [new Gate(), new Gate<string>()];
    stage.app.message('/short', { timeout: 100 }, () => short.opened);
    stage.app.message('/endless', { timeout: 0 }, () => endless.opened);
    const refused = refusal(() => stage.send(stage.enter('1'), '/app/short'));
    const done = stage.send(stage.enter('2'), '/app/endless');
    stage.pass(10_000);
    expect((await refused).message).toBe('the handler took longer than 100 ms');
    endless.resolve('at last');
    await done;
    expect(stage.published).toEqual([['/topic/endless', 'at last']]);
  });

  it('may be a hook, a subscribe handler, or a body that hooks wait for', async () => {
    const stage = new Stage({ handlerTimeout: 100 });
    stage.app.group('/a', (a) => a.use(() => new Gate().opened).message('/x', () => 'never'));
    stage.app.subscribe('/y', () => new Gate().opened);
    const ann = stage.enter('1');
    const refused = [
      refusal(() => stage.send(ann, '/app/a/x')),
      refusal(() => stage.subscribe(ann, '/app/y')),
    ];
    stage.pass(200);
    for (const error of await Promise.all(refused)) expect(error.code).toBe('handler-timeout');
  });

  it('can be answered by an exception handler, and rejects unheard later', async () => {
    const stage = new Stage({ handlerTimeout: 100 });
    const ann = stage.enter('1');
    const gate = new Gate();
    stage.app.onError(Error, (error) => error.message).message('/slow', () => gate.opened);
    const refused = refusal(() => stage.send(ann, '/app/slow'));
    stage.pass(200);
    expect((await refused).answered).toBe(true);
    gate.reject(new Error('late'));
    await new Promise(setImmediate);
    expect(told(ann).map(([, body]) => body)).toEqual(['the handler took longer than 100 ms']);
  });

  it('that rejects because it was told to stop is told of as too slow', async () => {
    const stage = new Stage({ handlerTimeout: 100 });
    stage.app.message(
      '/slow',
      ({ abort }) =>
        new Promise((_, reject) => abort.addEventListener('abort', () => reject(new Error('stopped')))),
    );
    const refused = refusal(() => stage.send(stage.enter('1'), '/app/slow'));
    stage.pass(200);
    expect((await refused).code).toBe('handler-timeout');
  });
});

describe('a handler in time', () => {
  it('leaves nothing on the wheel, and its signal stays silent', async () => {
    const stage = new Stage({ handlerTimeout: 100 });
    const signals: AbortSignal[] = [];
    stage.app.message('/quick', async ({ abort }) => void signals.push(abort));
    await stage.send(stage.enter('1'), '/app/quick');
    expect(stage.wheel.size).toBe(0);
    stage.pass(1000);
    expect(signals[0]!.aborted).toBe(false);
  });
});

describe('the signal', () => {
  it('fires when the session ends while the handler works, and the answer still goes out', async () => {
    const stage = new Stage();
    const [ann, gate, signals] = [stage.enter('1'), new Gate<string>(), [] as AbortSignal[]];
    stage.app.message('/slow', ({ abort }) => {
      signals.push(abort);
      return gate.opened;
    });
    const done = stage.send(ann, '/app/slow');
    const reason = new Error('gone');
    ann.ending.abort(reason);
    expect(signals[0]!.reason).toBe(reason);
    gate.resolve('said');
    await done;
    expect(stage.published).toEqual([['/topic/slow', 'said']]);
  });

  it('does not fire for a handler that has ended', async () => {
    const stage = new Stage();
    const [ann, signals] = [stage.enter('1'), [] as AbortSignal[]];
    stage.app.message('/now', ({ abort }) => void signals.push(abort));
    stage.app.message('/later', async ({ abort }) => void signals.push(abort));
    stage.app.message('/bad', ({ abort }) => {
      signals.push(abort);
      throw new Error('bad');
    });
    void stage.send(ann, '/app/now');
    await stage.send(ann, '/app/later');
    await refusal(() => stage.send(ann, '/app/bad'));
    ann.ending.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
  });

  it('has fired already for who asks too late', async () => {
    const stage = new Stage({ handlerTimeout: 100 });
    const [ann, bob, gate] = [stage.enter('1'), stage.enter('2', 'bob'), new Gate()];
    const seen: unknown[] = [];
    const look = async (context: { readonly abort: AbortSignal }): Promise<void> => {
      await gate.opened;
      seen.push(context.abort.aborted && context.abort.reason);
    };
    stage.app.message('/slow', look).message('/gone', { timeout: 0 }, look);
    const refused = refusal(() => stage.send(ann, '/app/slow'));
    const gone = stage.send(bob, '/app/gone');
    stage.pass(200);
    const [error, reason] = [await refused, new Error('gone')];
    bob.ending.abort(reason);
    gate.resolve();
    await gone;
    expect(seen).toEqual([error, reason]);
  });
});
