// The programs that are held against the real brokers, over Redis: what their clients see is what one process shows.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createServer, type Server } from '../../../src/index.ts';
import { requires } from '../../servers/requires.ts';
import { rawPrograms as activemqPrograms } from './activemq-programs.ts';
import { Comparison } from './compared.ts';
import { activemqDifferences, rabbitmqDifferences } from './differences.ts';
import { rawPrograms as rabbitmqPrograms } from './rabbitmq-programs.ts';
import type { BrokerPlace, Program } from './stage.ts';

const redis = requires('redis');
/** Its messages live for 30 ms, and may be over on the way to a busy Redis: the contracts move the clock instead. */
const hurried = 'x-message-ttl drops what waits for longer';
const profiles = [
  ['rabbitmq', rabbitmqPrograms, rabbitmqDifferences, { login: 'guest', passcode: 'guest' }],
  ['activemq', activemqPrograms, activemqDifferences, { login: 'admin', passcode: 'admin' }],
] as const;

describe.runIf(redis).each(profiles)(
  'a client of %s sees over Redis',
  (compat, programs, { headers }, login) => {
    const servers: Server[] = [];
    let comparison: Comparison;
    const started = async (broker: string): Promise<BrokerPlace> => {
      const quiet = { port: 0, stompPort: 0, logLevel: 'silent', history: 'off' } as const;
      const server = createServer({ compat, broker, ...quiet });
      servers.push(server);
      await server.start();
      return { tcp: server.addresses.stomp!, login };
    };
    beforeAll(async () => {
      // one partition, as the documents advise for transactions
      const shared = `${redis}?prefix=compat-${compat}-${process.pid}&partitions=1`;
      const places = [await started('memory'), await started(shared)] as const;
      comparison = new Comparison(...places, { headers, programs: [] });
    });
    afterAll(async () => {
      for (const server of servers) await server.close();
    });

    it.each(Object.entries<Program>(programs).filter(([name]) => name !== hurried))(
      'the same of %s',
      (name, program) => comparison.compare(name, program),
    );
  },
);
