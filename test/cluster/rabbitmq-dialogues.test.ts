// The conformance kit itself is held against RabbitMQ: it passes what STOMP demands, but for the known exceptions.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialogues } from '../../src/conformance/corpus.ts';
import { readExceptions } from '../../src/conformance/exceptions.ts';
import { type Outcome, playAll } from '../../src/conformance/suite.ts';
import { type OwnRabbitmq, startRabbitmq } from '../servers/rabbitmq.ts';
import { requires } from '../servers/requires.ts';

const path = requires('rabbitmq-server');
const list = 'frames/corpus/exceptions/rabbitmq.json';
const offers = new Set([
  'authentication',
  'virtual-hosts',
  'short-heart-beats',
  'queues',
  'temporary-queues',
]);
const generic = dialogues().filter(({ scope }) => scope === 'generic');

describe.runIf(path)('RabbitMQ', () => {
  let rabbitmq: OwnRabbitmq;
  beforeAll(async () => {
    rabbitmq = await startRabbitmq(path!);
  });
  afterAll(() => rabbitmq?.stop());

  async function played(url: string, run: string): Promise<Outcome[]> {
    const stage = { url, host: '/', login: 'guest', passcode: 'guest', patience: 3000 };
    return playAll(generic, { stage, offers, exceptions: readExceptions(list, url), run });
  }

  it.each(['stomp', 'webSocket'] as const)(
    'passes the generic part over %s, but for the known exceptions',
    async (kind) => {
      const outcomes = await played(rabbitmq[kind], kind);
      const surprises = outcomes.filter(({ result }) => result !== 'pass' && result !== 'known');
      expect(surprises).toEqual([]);
      expect(outcomes.filter(({ result }) => result === 'pass').length).toBeGreaterThan(40);
    },
  );
});

it('every known exception is a generic conversation', () => {
  const names = new Set(generic.map(({ name }) => name));
  const known = ['tcp://h', 'ws://h'].flatMap((url) => [...readExceptions(list, url).keys()]);
  expect(known.filter((name) => !names.has(name))).toEqual([]);
});
