// The conversations that come with the package.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bytesOf, type Dialogue, parseDialogue } from './dialogue.ts';
import { isText } from './peer.ts';

/** All of them, by name; a name is the path of its file without `.txt`. */
export function dialogues(folder = corpusFolder()): Dialogue[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.txt'))
    .sort()
    .map((path) => parseDialogue(path.slice(0, -'.txt'.length), readFileSync(join(folder, path), 'utf8')));
}

/** The package finds itself by name, from the sources as from `dist/`. */
function corpusFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('stompwire/package.json');
  return join(dirname(manifest), 'frames/corpus/dialogues');
}

/** Why a conversation cannot be held with a broker that was started with so much; `undefined`: it can. */
export function obstacle(dialogue: Dialogue, url: string, offers: ReadonlySet<string>): string | undefined {
  const missing = dialogue.needs.filter((need) => !offers.has(need));
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  if (url.startsWith('sockjs+') && !sendsText(dialogue)) return 'SockJS carries text only';
  return undefined;
}

function sendsText({ steps }: Dialogue): boolean {
  return steps.every((step) => step.kind !== 'sends' || isText(bytesOf(step.bytes)));
}
