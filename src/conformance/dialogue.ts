// Reads a conversation between clients and a broker from its text: who sends which bytes, and what must come back.

/** What a client does or must meet. */
export type Step =
  | { readonly kind: 'connects'; readonly peer: string; readonly line: number; readonly version: string }
  | { readonly kind: 'subscribes'; readonly peer: string; readonly line: number; readonly headers: string }
  | { readonly kind: 'opens'; readonly peer: string; readonly line: number }
  | { readonly kind: 'sends'; readonly peer: string; readonly line: number; readonly bytes: string }
  | { readonly kind: 'gets'; readonly peer: string; readonly line: number; readonly frame: Expected }
  | { readonly kind: 'gets nothing'; readonly peer: string; readonly line: number }
  | { readonly kind: 'gets a heart-beat'; readonly peer: string; readonly line: number }
  | { readonly kind: 'is closed'; readonly peer: string; readonly line: number; readonly code?: number }
  | { readonly kind: 'leaves'; readonly peer: string; readonly line: number };

/** What a frame must look like; headers that are not named may be there. */
export interface Expected {
  readonly command: string;
  /**
   * Name and value; `*` is any value, `{name}` remembers it or must equal what is remembered, `!{name}` must not;
   * `undefined`: absent.
   */
  readonly headers: readonly (readonly [name: string, value: string | undefined])[];
  /** `undefined`: whatever it is. */
  readonly body: string | undefined;
}

/** `generic`: any broker must pass it; `stompwire`: it names codes and headers of ours. */
export type Scope = 'generic' | 'stompwire';

/** One conversation. */
export interface Dialogue {
  /** Where it was read, for reports. */
  readonly name: string;
  readonly title: string;
  /** The rule that it shows. */
  readonly cites: string;
  readonly scope: Scope;
  /** What a broker must have been started with for it; nothing: it goes with any. */
  readonly needs: readonly string[];
  readonly steps: readonly Step[];
}

/** The text of a conversation cannot be understood. */
export class DialogueError extends Error {
  override readonly name = 'DialogueError';
}

/**
 * Reads a conversation. Its text begins with a title and lines `cites:`, `scope:` and `needs:`; then come steps,
 * each a line `<client> <what>`, where frames stand below it until a NUL, written `^@`. Control bytes are written
 * `^M` and the like, `^^` is a caret, `\xff` any byte, `{a*300}` three hundred times what stands before the star;
 * `{unique}` is a word that no other run has.
 *
 * @throws {DialogueError} that names the line
 */
export function parseDialogue(name: string, text: string): Dialogue {
  const lines = text.split('\n');
  const blank = lines.indexOf('');
  const [title = '', ...about] = lines.slice(0, Math.max(blank, 0));
  const fields = new Map(about.map((line) => line.split(/:\s*/, 2) as [string, string]));
  const steps: Step[] = [];
  let at = Math.max(blank, 0);
  while (at < lines.length) {
    if (lines[at] === '' || lines[at]!.startsWith('#')) at++;
    else at = readStep(name, lines, at, steps);
  }
  if (title === '' || steps.length === 0) throw new DialogueError(`${name}: no title, or no steps`);
  const needs = (fields.get('needs') ?? '').split(/[\s,]+/).filter((need) => need !== '');
  const scope = fields.get('scope');
  if (scope !== 'generic' && scope !== 'stompwire')
    throw new DialogueError(`${name}: scope is ${scope}; allowed: generic, stompwire`);
  return { name, title, cites: fields.get('cites') ?? '', scope, needs, steps };
}

const stepLine =
  /^([A-Z]) (connects|opens|subscribes|sends|gets nothing|gets a heart-beat|gets|is closed|leaves)(?: (.+))?$/;

function readStep(name: string, lines: readonly string[], at: number, steps: Step[]): number {
  const line = at + 1;
  const [, peer, kind, word] = stepLine.exec(lines[at]!) ?? [];
  if (peer === undefined) throw new DialogueError(`${name}:${line}: no step: ${lines[at]}`);
  if (kind === 'sends' || kind === 'gets') {
    const end = lines.findIndex((text, i) => i > at && text.endsWith('^@'));
    if (end < 0) throw new DialogueError(`${name}:${line}: no ^@ ends the frame`);
    const block = lines.slice(at + 1, end + 1);
    steps.push(
      kind === 'sends'
        ? { kind, peer, line, bytes: word === 'raw' ? block.join('\n').slice(0, -2) : block.join('\n') }
        : { kind, peer, line, frame: expectedOf(block) },
    );
    return end + 1;
  }
  steps.push(stepOf(kind as Exclude<Step['kind'], 'sends' | 'gets'>, peer, line, word));
  return at + 1;
}

function stepOf(
  kind: Exclude<Step['kind'], 'sends' | 'gets'>,
  peer: string,
  line: number,
  word: string | undefined,
): Step {
  switch (kind) {
    case 'connects':
      return { kind, peer, line, version: word ?? '1.2' };
    case 'subscribes':
      return { kind, peer, line, headers: (word ?? '').replaceAll(' ', '\n') };
    case 'is closed':
      return word === undefined ? { kind, peer, line } : { kind, peer, line, code: Number(word) };
    default:
      return { kind, peer, line };
  }
}

function expectedOf(block: readonly string[]): Expected {
  const [command = '', ...rest] = block.join('\n').slice(0, -2).split('\n');
  const blank = rest.indexOf('');
  const headers = (blank < 0 ? rest : rest.slice(0, blank)).map((line): [string, string | undefined] => {
    if (line.startsWith('!')) return [line.slice(1), undefined];
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1)];
  });
  // an empty line and nothing behind it is where the text of a frame without a body ends
  const body = blank < 0 || blank === rest.length - 1 ? '*' : rest.slice(blank + 1).join('\n');
  return { command, headers, body: body === '*' ? undefined : body };
}

/** The bytes that a text of a conversation stands for. */
export function bytesOf(text: string): Buffer {
  const repeated = text.replace(/\{([^{}]+)\*(\d+)\}/g, (_, part: string, count) =>
    part.repeat(Number(count)),
  );
  const parts = repeated.split(/(\^.|\\x[0-9a-f]{2})/s);
  return Buffer.concat(parts.map(partOf));
}

function partOf(part: string): Buffer {
  if (part === '^^') return Buffer.from('^');
  if (part.startsWith('^')) return Buffer.of(part.charCodeAt(1) & 0x1f);
  if (part.startsWith('\\x')) return Buffer.of(Number.parseInt(part.slice(2), 16));
  return Buffer.from(part);
}

/** Puts what is remembered in the place of `{name}`. */
export function filled(text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(/\{([a-z]+)\}/g, (whole, name: string) => known.get(name) ?? whole);
}
