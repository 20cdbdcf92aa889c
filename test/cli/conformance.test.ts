// The command `conformance` against our own server, and against what is no broker.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/conformance/suite.ts';
import { createServer } from '../../src/index.ts';
import { freePort } from '../servers/process.ts';
import { World } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A server with room for thirty headers fails one conversation of the generic part. */
const failing = 'limits/many-small-headers';

async function run(words: string): Promise<{ world: World; code: number; url: string }> {
  const server = createServer({ port: 0, stompPort: 0, logLevel: 'silent', maxHeaders: 30 });
  await server.start();
  try {
    const world = new World();
    const url = server.addresses.stomp!;
    const code = await world.run(`conformance --url ${url} ${words}`.trim());
    return { world, code, url };
  } finally {
    await server.close();
  }
}

function exceptions(dialogues: readonly string[]): string {
  const path = join(folder, `${randomUUID()}.json`);
  writeFileSync(path, JSON.stringify({ exceptions: [{ reason: 'thirty are allowed', dialogues }] }));
  return path;
}

// Each waits for what does not come: together they wait once.
describe.concurrent('a run of the kit', () => {
  it('prints a line for each conversation, with the reason where it failed, and ends with 1', async () => {
    const { world, code } = await run('--only generic');
    expect(code).toBe(1);
    expect(world.out).toMatch(/^pass +generic +send\/to-itself$/m);
    expect(world.out).toMatch(
      new RegExp(`^fail +generic +${failing} +line \\d+: A should get MESSAGE, but`, 'm'),
    );
    expect(world.out).toMatch(/^not played +generic +connect\/wrong-passcode +needs authentication$/m);
    expect(world.out).not.toMatch(/^\S+ +stompwire /m);
    expect(world.out).toMatch(/\n\d+ pass, \d+ not played, 1 fail\n$/);
  });

  it('ends with 0 when what failed is a known exception', async () => {
    const { world, code } = await run(`--only generic --exceptions ${exceptions([failing])}`);
    expect(code).toBe(0);
    expect(world.out).toMatch(new RegExp(`^known +generic +${failing} +thirty are allowed$`, 'm'));
  });

  it('ends with 1 when a known exception passes: the list is out of date', async () => {
    const { world, code } = await run(
      `--only generic --exceptions ${exceptions([failing, 'send/to-itself'])}`,
    );
    expect(code).toBe(1);
    expect(world.out).toMatch(/^mended +generic +send\/to-itself +the list of exceptions says/m);
  });

  it('prints the same as JSON', async () => {
    const { world, url: address } = await run('--only generic --json');
    const { url, good, outcomes } = JSON.parse(world.out) as {
      url: string;
      good: boolean;
      outcomes: Outcome[];
    };
    expect({ url, good }).toEqual({ url: address, good: false });
    expect(outcomes.filter(({ result }) => result === 'fail').map(({ name }) => name)).toEqual([failing]);
    expect(outcomes.every(({ scope, title }) => scope === 'generic' && title !== '')).toBe(true);
  });
});

describe('what cannot be played', () => {
  it('is a broker that is not there', async () => {
    const world = new World();
    const address = `tcp://127.0.0.1:${await freePort()}`;
    expect(await world.run(`conformance --url ${address}`)).toBe(1);
    expect(world.err).toMatch(`stompwire: --url ${address} cannot be reached: connect ECONNREFUSED`);
    expect(world.out).toBe('');
  });

  it.each([
    ['no address', 'conformance', /^error: required option '--url <address>'/],
    ['an address of something else', 'conformance --url http://h', /Give an address such as tcp:/],
    ['another scope', 'conformance --url tcp://h:1 --only mine', /Allowed choices are generic, stompwire/],
    [
      'an offer that nothing needs',
      'conformance --url tcp://h:1 --offers queue',
      /needs: authentication, .*queues/,
    ],
    ['no patience', 'conformance --url tcp://h:1 --patience soon', /whole number of milliseconds/],
  ])('is %s', async (_, line, told) => {
    const world = new World();
    expect(await world.run(line)).toBe(1);
    expect(world.err).toMatch(told);
  });

  it.each(['{"exceptions": {}}', '{"exceptions": [{"reason": 1}]}', '[', undefined])(
    'is with a list of exceptions that says %j',
    async (text) => {
      const path = join(folder, `${Math.random()}.json`);
      if (text !== undefined) writeFileSync(path, text);
      const { world, code } = await run(`--exceptions ${path}`);
      expect(code).toBe(1);
      expect(world.err).toMatch(`stompwire: --exceptions ${path}: `);
    },
  );
});
