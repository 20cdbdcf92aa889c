// The same programs against a real RabbitMQ and against us with compat rabbitmq: what their clients see is the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type Server } from '../../../src/index.ts';
import { type OwnRabbitmq, startRabbitmq } from '../../servers/rabbitmq.ts';
import { requires } from '../../servers/requires.ts';
import { Comparison, strayDifferences, untoldDifferences } from './compared.ts';
import { rabbitmqDifferences } from './differences.ts';
import { libraryPrograms } from './rabbitmq-libraries.ts';
import { rawPrograms } from './rabbitmq-programs.ts';

const path = requires('rabbitmq-server');
const login = { login: 'guest', passcode: 'guest' };

describe.runIf(path)('a client of RabbitMQ sees the same here', () => {
  let rabbitmq: OwnRabbitmq;
  let server: Server;
  let comparison: Comparison;
  beforeAll(async () => {
    rabbitmq = await startRabbitmq(path!);
    server = createServer({ compat: 'rabbitmq', port: 0, stompPort: 0, logLevel: 'silent' });
    await server.start();
    const { stomp, endpoints } = server.addresses;
    comparison = new Comparison(
      { tcp: rabbitmq.stomp, webSocket: rabbitmq.webSocket, login },
      { tcp: stomp!, webSocket: endpoints[0]!, login },
      rabbitmqDifferences,
    );
  });
  afterAll(async () => {
    await server?.close();
    await rabbitmq?.stop();
  });

  describe.each(['tcp', 'webSocket'] as const)('over %s', (over) => {
    it.each(Object.entries(rawPrograms))('%s', (name, program) => comparison.compare(name, program, over));
  });

  it.each(Object.entries(libraryPrograms))('%s', (name, program) => comparison.compare(name, program));

  it('and of the headers that are said to differ, each was seen', () => {
    expect(comparison.unseenHeaders).toEqual([]);
  });
});

it('every known difference is of a program that is run, and told in the docs', () => {
  expect(untoldDifferences(rabbitmqDifferences)).toEqual([]);
  const names = Object.keys({ ...rawPrograms, ...libraryPrograms });
  expect(strayDifferences(rabbitmqDifferences, names)).toEqual([]);
});
