// Just enough STOMP 1.2 for the light clients, written apart from the product's own codec.

/** A frame of the server; of headers with one name the first counts. */
export interface ServerFrame {
  readonly command: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\c': ':' };
const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\[\\nrc]/g, (pair) => escapes[pair]!) : text;
const escaped = (text: string): string =>
  text.replace(/[\\\n\r:]/g, (one) => Object.keys(escapes).find((pair) => escapes[pair] === one)!);

/** Reads the text of one WebSocket message; `undefined` for a heart-beat. */
export function readFrame(text: string): ServerFrame | undefined {
  if (text === '\n' || text === '\r\n') return undefined;
  const head = text.indexOf('\n\n');
  if (head < 0 || !text.endsWith('\0')) throw new Error(`no STOMP frame: ${JSON.stringify(text)}`);
  const [command, ...lines] = text.slice(0, head).split('\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = unescaped(line.slice(0, colon));
    if (!headers.has(name)) headers.set(name, unescaped(line.slice(colon + 1)));
  }
  return { command: command!, headers, body: text.slice(head + 2, -1) };
}

/** What a header is left out with. */
export type FrameHeaders = Readonly<Record<string, string | undefined>>;

export function writeFrame(command: string, headers: FrameHeaders, body = ''): string {
  const lines = Object.entries(headers)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${escaped(name)}:${command === 'CONNECT' ? value : escaped(value!)}\n`);
  return `${command}\n${lines.join('')}\n${body}\0`;
}

/** What a message on the error queue says, without what differs from one to the next. */
export function errorText(body: string): string {
  const { code, message } = JSON.parse(body) as { code?: string; message?: string };
  const text = (message ?? '').replace(/'[^']*'/g, "'...'").replace(/\d{2,}/g, 'N');
  return [code, text].filter(Boolean).join(': ');
}

/** What a message on the error queue names as the reason. */
export function errorCode(body: string): string {
  const { code, message } = JSON.parse(body) as { code?: string; message?: string };
  return code ?? `${message}`;
}
