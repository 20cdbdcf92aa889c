// The same programs against a real ActiveMQ and against us with compat activemq: what their clients see is the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type Server } from '../../../src/index.ts';
import { type OwnActivemq, startActivemq } from '../../servers/activemq.ts';
import { requires } from '../../servers/requires.ts';
import { rawPrograms } from './activemq-programs.ts';
import { Comparison, strayDifferences, untoldDifferences } from './compared.ts';
import { activemqDifferences } from './differences.ts';

const jars = requires('activemq');

describe.runIf(jars)('a client of ActiveMQ sees the same here', () => {
  let activemq: OwnActivemq;
  let server: Server;
  let comparison: Comparison;
  beforeAll(async () => {
    activemq = await startActivemq(jars!);
    server = createServer({ compat: 'activemq', port: 0, stompPort: 0, logLevel: 'silent' });
    await server.start();
    const login = { login: 'admin', passcode: 'admin' };
    const here = { tcp: server.addresses.stomp!, login };
    comparison = new Comparison({ tcp: activemq.stomp, login }, here, activemqDifferences);
  });
  afterAll(async () => {
    await server?.close();
    await activemq?.stop();
  });

  it.each(Object.entries(rawPrograms))('%s', (name, program) => comparison.compare(name, program));

  it('and of the headers that are said to differ, each was seen', () => {
    expect(comparison.unseenHeaders).toEqual([]);
  });
});

it('every known difference is of a program that is run, and told in the docs', () => {
  expect(untoldDifferences(activemqDifferences)).toEqual([]);
  expect(strayDifferences(activemqDifferences, Object.keys(rawPrograms))).toEqual([]);
});
