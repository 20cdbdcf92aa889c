// What clients of RabbitMQ write, as this server has it.
import { describe, expect, it } from 'vitest';
import { type ClientCommand, Headers } from '../../../frames/index.ts';
import { profileOf } from '../../../src/session/profile.ts';
import { rabbitmqDestination } from '../../../src/session/profiles/rabbitmq-destination.ts';

const session = () => ({ id: 's', version: '1.2' as const });

function translated(
  command: ClientCommand,
  headers: Readonly<Record<string, string>>,
  of = session(),
  translate = profileOf({ compat: 'rabbitmq', patterns: 'rabbitmq', aliases: [] }).translate!,
): Record<string, string> {
  const frame = { command, headers: Headers.from(headers), body: Buffer.alloc(0) };
  translate(frame, of);
  return frame.headers.toObject();
}

describe('a destination of RabbitMQ', () => {
  it.each([
    ['/topic/a.b', '/topic/a.b'],
    ['/topic/a.*', '/topic/a.%2A'],
    ['/topic/a?b#c', '/topic/a%3Fb#c'],
    ['/topic/a%2Fb%20c', '/topic/a%2Fb%2520c'],
    ['/exchange/amq.topic/a.b', '/topic/a.b'],
    ['/exchange/amq.direct/a.*', '/exchange/amq.direct/a.%2A'],
    ['/exchange/amq.direct', '/exchange/amq.direct'],
    ['/exchange/amq.fanout/k', '/exchange/amq.fanout/k'],
    ['/amq/queue/a%2Fb', '/queue/a%2Fb'],
    ['name', '/queue/name'],
    ['/queue/a*', '/queue/a%2A'],
    ['/app/x?', '/app/x?'],
    ['/temp-queue/x', '/temp-queue/x'],
    ['/reply-queue/a/b', '/reply-queue/a/b'],
  ])('of a SEND, %s, is %s', (given, own) => {
    expect(rabbitmqDestination(given, undefined)).toBe(own);
  });

  it.each([
    ['/topic/a.*.#', '/topic/a.*.**'],
    ['/topic/a*.#b.**', '/topic/a%2A.#b.%2A%2A'],
    ['/exchange/amq.topic/#', '/topic/**'],
    ['/exchange/amq.direct/#', '/exchange/amq.direct/#'],
    ['/exchange/amq.fanout', '/exchange/amq.fanout/**'],
    ['/exchange/amq.fanout/k', '/exchange/amq.fanout/**'],
    ['/queue/a.#', '/queue/a.#'],
    ['/queue/*', '/queue/%2A'],
  ])('of a SUBSCRIBE, %s, is %s', (given, own) => {
    expect(rabbitmqDestination(given, 'rabbitmq')).toBe(own);
  });

  it.each([
    ['/exchange/amq.headers/a', 'not-supported'],
    ['/exchange/amq.match', 'not-supported'],
    ['/exchange/mine/a', 'unknown-destination'],
    ['/exchange/amq.topic', 'unknown-destination'],
  ])('%s is refused as %s', (given, code) => {
    expect(() => rabbitmqDestination(given, undefined)).toThrow(expect.objectContaining({ code }));
  });

  it('leaves patterns of Spring as they are where the option says so', () => {
    const { translate } = profileOf({ compat: 'rabbitmq', patterns: 'spring', aliases: [] });
    expect(
      translated('SUBSCRIBE', { destination: '/topic/a?/**', id: '0' }, session(), translate).destination,
    ).toBe('/topic/a?/**');
  });
});

describe('a durable subscription of RabbitMQ', () => {
  const topic = '/topic/a';

  it('is known by its id and its topic, and ended by its id', () => {
    const of = session();
    const { translate } = profileOf({ compat: 'rabbitmq', patterns: 'rabbitmq', aliases: [] });
    const name = translated('SUBSCRIBE', { destination: topic, id: '7', durable: 'true' }, of, translate);
    expect(name['activemq.subscriptionName']).toBe('7 /topic/a');
    const ended = translated('UNSUBSCRIBE', { id: '7', durable: 'true' }, of, translate);
    expect(ended['activemq.subscriptionName']).toBe('7 /topic/a');
    expect(translated('UNSUBSCRIBE', { id: '7' }, of, translate)).not.toHaveProperty(
      'activemq.subscriptionName',
    );
    const stranger = translated('UNSUBSCRIBE', { id: '7', durable: 'true' }, session(), translate);
    expect(stranger).not.toHaveProperty('activemq.subscriptionName');
  });

  it('is kept in mind with the last ones of its session, however many ids a client makes up', () => {
    const of = session();
    const { translate } = profileOf({ compat: 'rabbitmq', patterns: 'rabbitmq', aliases: [] });
    const subscribe = (id: string) =>
      translated('SUBSCRIBE', { destination: topic, id, durable: 'true' }, of, translate);
    const endedName = (id: string) =>
      translated('UNSUBSCRIBE', { id, durable: 'true' }, of, translate)['activemq.subscriptionName'];
    for (const id of ['lasting', 'old']) subscribe(id);
    for (let n = 2; n <= 1000; n++) {
      subscribe('lasting');
      subscribe(`${n}`);
    }
    expect([endedName('lasting'), endedName('2'), endedName('1000')]).toEqual([
      ...['lasting /topic/a', '2 /topic/a', '1000 /topic/a'],
    ]);
    expect(endedName('old')).toBeUndefined();
  });

  it('is known by x-queue-name, where that is given', () => {
    const named = { destination: topic, id: '7', 'x-queue-name': 'q' };
    expect(translated('SUBSCRIBE', named)['activemq.subscriptionName']).toBe('q');
    expect(translated('SUBSCRIBE', { ...named, destination: '/queue/a' })).not.toHaveProperty(
      'activemq.subscriptionName',
    );
  });
});

describe('patterns by option alone', () => {
  it('are those of SUBSCRIBE, and nothing else is different', () => {
    const { translate, ...rest } = profileOf({ compat: 'none', patterns: 'rabbitmq', aliases: [] });
    expect(rest).toEqual({ queuesFanOut: false, tellsRedelivered: false });
    const headers = { destination: '/topic/a.#', id: '0' };
    expect(translated('SUBSCRIBE', headers, session(), translate).destination).toBe('/topic/a.**');
    expect(translated('SEND', headers, session(), translate).destination).toBe('/topic/a.#');
    expect(profileOf({ compat: 'spring', patterns: 'spring', aliases: [] }).translate).toBeUndefined();
  });
});
