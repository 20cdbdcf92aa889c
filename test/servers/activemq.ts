// ActiveMQ with its STOMP connector, for tests that hold us against it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locate } from './machine.ts';
import { freePort, startProcess } from './process.ts';
import type { Program, Way } from './program.ts';
import { fromDebian, namedBy } from './ways.ts';

/** What a broker that keeps nothing on disk is made of, out of the archives that Debian installs. */
const archives = [
  'activemq-broker',
  'activemq-client',
  'activemq-console',
  'activemq-stomp',
  'activemq-openwire-legacy',
  'activemq-protobuf',
  'activemq-kahadb-store',
  'hawtbuf',
  'geronimo-jms_1.1_spec',
  'geronimo-j2ee-management-1.1-spec',
  'slf4j-api',
  'slf4j-simple',
  'commons-logging',
];

const debianFolder = '/usr/share/java';

const inFolder: Way = async (machine) => {
  if (locate(machine, 'java') === undefined) return 'there is no java';
  const missing = archives.filter((name) => !existsSync(join(debianFolder, `${name}.jar`)));
  return missing.length === 0 ? { address: debianFolder } : `not in ${debianFolder}: ${missing.join(', ')}`;
};

const installed: Way = async (machine) => {
  const packages = ['activemq', 'libslf4j-java', 'default-jre-headless'];
  const found = await fromDebian(packages, 'activemq', { services: 'kept down' })(machine);
  return typeof found === 'string' ? found : inFolder(machine);
};

export const activemq: Program = {
  name: 'activemq',
  variable: 'ACTIVEMQ_JARS_PATH',
  ways: [namedBy('ACTIVEMQ_JARS_PATH'), inFolder, installed],
  mend: `install ActiveMQ and Java (Debian: apt-get install activemq default-jre-headless), or set ACTIVEMQ_JARS_PATH to a folder with ${archives[0]}.jar and what it needs`,
};

export interface OwnActivemq {
  /** `tcp://`; any credentials will do. */
  readonly stomp: string;
  stop(): Promise<void>;
}

/** @param jars - the folder with its archives */
export async function startActivemq(jars: string): Promise<OwnActivemq> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'activemq-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const running = await startProcess(
      locate({ env: process.env, root: false }, 'java')!,
      [
        '-Xmx256m',
        `-Dactivemq.base=${folder}`,
        '-Dorg.slf4j.simpleLogger.logFile=System.out',
        '-cp',
        archives.map((name) => join(jars, `${name}.jar`)).join(':'),
        'org.apache.activemq.console.Main',
        'start',
        `broker:(stomp://127.0.0.1:${port})?persistent=false&useJmx=false&brokerName=test`,
      ],
      /For help or more information/,
    );
    return { stomp: `tcp://127.0.0.1:${port}`, stop: () => running.end().then(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
