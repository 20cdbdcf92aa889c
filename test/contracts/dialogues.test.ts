// Every conversation of the corpus goes as it is written, over every kind of connection.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDialogue } from '../../src/conformance/dialogue.ts';
import { play, type Stage } from '../../src/conformance/play.ts';
import { createServer, type Server } from '../../src/index.ts';

const folder = 'frames/corpus/dialogues';
const dialogues = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.txt'))
  .sort()
  .map((path) => parseDialogue(path, readFileSync(`${folder}/${path}`, 'utf8')));

let server: Server;
beforeAll(async () => {
  server = createServer({ port: 0, stompPort: 0, logLevel: 'silent', sockjs: true });
  await server.start();
});
afterAll(() => server.close());

let runs = 0;
const kinds = {
  tcp: () => server.addresses.stomp!,
  websocket: () => server.addresses.endpoints[0]!,
  sockjs: () => `sockjs+${server.addresses.endpoints[0]!}`,
};

describe.each(Object.entries(kinds))('over %s', (_kind, url) => {
  it.each(dialogues.map((dialogue) => [dialogue.name, dialogue] as const))('%s', async (_name, dialogue) => {
    const stage: Stage = { url: url(), host: '/', patience: 3000, unique: `u${++runs}` };
    expect(await play(dialogue, stage)).toBeUndefined();
  });
});
