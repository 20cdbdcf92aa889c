// Where results go: topics, users, sessions, all of them or but the sender, and as what.
import { describe, expect, it } from 'vitest';
import { Application } from '../../../src/routing/application.ts';
import { refusal, Stage, told } from './stage.ts';

describe('sendToUser', () => {
  it("reaches all of the user's sessions, and nobody else", () => {
    const stage = new Stage();
    const [one, two, bob] = [stage.enter('1'), stage.enter('2'), stage.enter('3', 'bob')];
    stage.app.message('/buy/{item}', { sendToUser: '/queue/orders/{item}' }, () => ({ ok: true }));
    void stage.send(one, '/app/buy/tea');
    expect([one, two, bob].map(told)).toEqual([
      [['/user/queue/orders/tea', '{"ok":true}']],
      [['/user/queue/orders/tea', '{"ok":true}']],
      [],
    ]);
    expect(stage.published).toEqual([]);
  });

  it('reaches only the session that asked, with onlyThisSession', () => {
    const stage = new Stage();
    const [one, two] = [stage.enter('1'), stage.enter('2')];
    stage.app.message('/buy', { sendToUser: '/queue/orders', onlyThisSession: true }, () => 1);
    void stage.send(two, '/app/buy');
    expect([told(one).length, told(two).length]).toEqual([0, 1]);
  });

  it('reaches the others of the user only, with exceptSender', () => {
    const stage = new Stage();
    const [one, two] = [stage.enter('1'), stage.enter('2')];
    stage.app.message('/read', { sendToUser: '/queue/read', exceptSender: true }, () => 1);
    void stage.send(two, '/app/read');
    expect([told(one).length, told(two).length]).toEqual([1, 0]);
  });

  it('keeps the answers of guests with one name apart', () => {
    const stage = new Stage();
    const [real, guest] = [stage.enter('1', 'ann'), stage.enter('2', 'ann', false)];
    stage.app.message('/buy', { sendToUser: '/queue/orders' }, () => 'mine');
    void stage.send(guest, '/app/buy');
    expect([told(real), told(guest)]).toEqual([[], [['/user/queue/orders', 'mine']]]);
  });

  it('goes together with sendTo, to several places', () => {
    const stage = new Stage();
    const ann = stage.enter('1');
    const options = { sendTo: ['/topic/a', '/topic/b'], sendToUser: ['/queue/a', '/queue/b'] };
    stage.app.message('/all', options, () => 1);
    void stage.send(ann, '/app/all');
    expect(stage.published.map(([to]) => to)).toEqual(['/topic/a', '/topic/b']);
    expect(told(ann).map(([to]) => to)).toEqual(['/user/queue/a', '/user/queue/b']);
  });

  it.each(['/topic/a', 'queue/a', '/queue', '/queue/*', '/queue/{other}'])(
    'to %s is refused at registration',
    (sendToUser) => {
      expect(() => new Application().message('/{id}', { sendToUser }, () => {})).toThrow(TypeError);
    },
  );

  it.each(['*', 'a?', 'a\nb'])('cannot be made to go to %j', async (text) => {
    const stage = new Stage();
    const ann = stage.enter('1');
    stage.app.message('/{id}', { sendToUser: '/queue/{id}' }, () => 1);
    expect(await refusal(() => stage.send(ann, `/app/${text}`))).toMatchObject({ code: 'bad-destination' });
    expect(told(ann)).toEqual([]);
  });
});

describe('exceptSender', () => {
  it('leaves the sending session out, at sendTo and at the usual topic', () => {
    const stage = new Stage();
    const [one, two] = [stage.enter('1'), stage.enter('2')];
    for (const person of [one, two]) void stage.broker.subscribe('/topic/**', person);
    stage.app.message('/named', { sendTo: '/topic/a', exceptSender: true }, () => 'a');
    stage.app.message('/usual', { exceptSender: true }, () => 'b');
    for (const destination of ['/app/named', '/app/usual']) void stage.send(one, destination);
    expect(told(one)).toEqual([]);
    expect(told(two)).toEqual([
      ['/topic/a', 'a'],
      ['/topic/usual', 'b'],
    ]);
  });
});

describe('what a handler sends by itself', () => {
  it('goes to destinations, users and sessions, with headers and a type', () => {
    const stage = new Stage();
    const [ann, one, two] = [stage.enter('1'), stage.enter('2', 'bob'), stage.enter('3', 'bob')];
    for (const person of [ann, one]) void stage.broker.subscribe('/topic/a', person);
    stage.app.message('/x', ({ send, sendToUser }) => {
      void send('/topic/a', 1, { exceptSender: true, produces: 'text/plain', headers: { mine: 'yes' } });
      void sendToUser('bob', '/queue/x', { a: 1 });
      void sendToUser('bob', '/queue/x', 'two', { session: '3' });
      void sendToUser('nobody', '/queue/x', 'lost');
    });
    void stage.send(ann, '/app/x');
    expect(told(ann)).toEqual([]);
    expect(one.messages[0]).toMatchObject({ contentType: 'text/plain', headers: ['mine', 'yes'] });
    expect(told(one).slice(1)).toEqual([['/user/queue/x', '{"a":1}']]);
    expect(told(two).map(([, body]) => body)).toEqual(['{"a":1}', 'two']);
  });

  it('may not carry headers that clients take for the server', async () => {
    const stage = new Stage();
    stage.app.message('/x', ({ send }) => send('/topic/a', 1, { headers: { ' Message-ID': '1' } }));
    const error = await refusal(() => stage.send(stage.enter('1'), '/app/x'));
    expect(error).toMatchObject({ code: 'handler-failed', cause: expect.any(TypeError) });
    expect(stage.published).toEqual([]);
  });

  it('is refused under no queue of a user', async () => {
    const stage = new Stage();
    stage.app.message('/x', ({ sendToUser }) => sendToUser('bob', '/topic/x', 1));
    const error = await refusal(() => stage.send(stage.enter('1'), '/app/x'));
    expect(error.code).toBe('bad-destination');
  });
});
