// Groups of handlers: prefixes, shared hooks, rivals, and what is refused at registration.
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../../src/errors.ts';
import { Application } from '../../../src/routing/application.ts';
import { Gate } from '../../broker/gate.ts';
import { refusal, Stage } from './stage.ts';

describe('a group', () => {
  it('puts its prefix before the templates of its handlers, and of the groups within', () => {
    const stage = new Stage();
    const got: unknown[] = [];
    stage.app.group('/shop/{shop}', (shop) => {
      shop.message('', ({ params }) => void got.push(params));
      shop.message('/open', ({ params }) => void got.push(params));
      shop.group('/floor/{floor}', (floor) => floor.message('/buy', ({ params }) => void got.push(params)));
    });
    const ann = stage.enter('1');
    for (const path of ['a', 'a/open', 'a/floor/2/buy']) void stage.send(ann, `/app/shop/${path}`);
    expect(got).toEqual([{ shop: 'a' }, { shop: 'a' }, { shop: 'a', floor: '2' }]);
  });

  it('splits at dots where the server does', () => {
    const stage = new Stage({ separator: '.' });
    stage.app.group('/chat', (chat) => {
      chat.message('.send.{id}', { sendTo: '/topic/chat.{id}' }, ({ params }) => params.id);
    });
    void stage.send(stage.enter('1'), '/app/chat.send.7');
    expect(stage.published).toEqual([['/topic/chat.7', '7']]);
  });

  it('lets nothing grow together that were two segments', () => {
    const behind = (template: string, separator: '/' | '.') => () =>
      new Application(separator).group('/chat', (chat) => chat.message(template, () => {}));
    expect(behind('send', '/')).toThrow("'send' behind '/chat' must begin with '/'");
    expect(behind('/send', '.')).toThrow("'/send' behind '/chat' must begin with '.'");
    expect(behind('.send', '.')).not.toThrow();
  });

  it('refuses a malformed prefix, a variable named twice, a second handler, a handler that is none', () => {
    const app = new Application().message('/a/{x}/b', () => {});
    expect(() => app.group('a', () => {})).toThrow(TypeError);
    expect(() => app.group('/{x}', (group) => group.message('/{x}', () => {}))).toThrow('{x} twice');
    expect(() => app.group('/a/{y}', (group) => group.message('/b', () => {}))).toThrow(
      "'/a/{y}/b' has a handler already, as '/a/{x}/b'",
    );
    expect(() => app.message('/c', {}, undefined as unknown as () => void)).toThrow(
      'a handler is a function',
    );
  });

  it.each([-1, Number.NaN, Infinity])('refuses a time limit of %d', (timeout) => {
    expect(() => new Application().message('/a', { timeout }, () => {})).toThrow(
      `timeout ${timeout} of '/a'`,
    );
  });

  it('is chosen by the most specific template, whichever group has it', () => {
    const stage = new Stage();
    const got: string[] = [];
    stage.app.group('/{any}', (group) => group.message('/send', () => void got.push('any')));
    stage.app.group('/room', (group) => group.message('/send', () => void got.push('room')));
    void stage.send(stage.enter('1'), '/app/room/send');
    void stage.send(stage.enter('2'), '/app/other/send');
    expect(got).toEqual(['room', 'any']);
  });
});

describe('hooks', () => {
  it('run around the handler, from the outermost group to the nearest, whenever they were added', () => {
    const stage = new Stage();
    const trace: string[] = [];
    stage.app.group('/a', (a) => {
      a.message('/x', () => void trace.push('handler'));
      a.use((_context, next) => {
        trace.push('near');
        return next();
      });
    });
    stage.app.use((_context, next) => {
      trace.push('far');
      const done = next();
      trace.push('after');
      return done;
    });
    const ann = stage.enter('1');
    expect(stage.send(ann, '/app/a/x')).toBeUndefined();
    expect(trace).toEqual(['far', 'near', 'handler', 'after']);
    stage.app.use((_context, next) => {
      trace.push('late');
      return next();
    });
    void stage.send(ann, '/app/a/x');
    expect(trace.slice(4)).toEqual(['far', 'late', 'near', 'handler', 'after']);
  });

  it('stand before the handlers of their own group only', () => {
    const stage = new Stage();
    stage.app.group('/a', (a) =>
      a
        .use(() => {
          throw new StompwireError('denied');
        })
        .message('/x', () => 'a'),
    );
    stage.app.group('/b', (b) => b.message('/x', () => 'b'));
    void stage.send(stage.enter('1'), '/app/b/x');
    expect(stage.published).toEqual([['/topic/b/x', 'b']]);
  });

  it('refuse before the body is read, drop what they do not pass on, and see the result published', async () => {
    const stage = new Stage();
    const ann = stage.enter('1');
    const gate = new Gate();
    const seen: unknown[] = [];
    stage.app.group('/{way}', (group) =>
      group
        .use(async (context, next) => {
          const { way } = context.params;
          if (way === 'refused') throw new StompwireError('denied', 'not you');
          if (way === 'dropped') return;
          await gate.opened;
          await next();
          seen.push(context.body, stage.published.length);
        })
        .message('/x', () => 'done'),
    );
    expect(await refusal(() => stage.send(ann, '/app/refused/x', '{', json))).toMatchObject({
      message: 'not you',
    });
    await stage.send(ann, '/app/dropped/x');
    expect(stage.published).toEqual([]);
    const slow = stage.send(ann, '/app/slow/x', '{"a":1}', json);
    gate.resolve();
    await slow;
    expect(seen).toEqual([{ a: 1 }, 1]);
  });

  it('stand before subscribe handlers too, and see no body there', async () => {
    const stage = new Stage();
    const seen: unknown[] = [];
    stage.app
      .use(({ command, body }, next) => {
        seen.push(command, body);
        return next();
      })
      .subscribe('/x', () => 'x');
    await stage.subscribe(stage.enter('1'), '/app/x');
    expect(seen).toEqual(['SUBSCRIBE', undefined]);
  });
});

const json = { 'content-type': 'application/json' };
