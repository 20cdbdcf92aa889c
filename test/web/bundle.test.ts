// What the browser gets: small, all from this service, nothing that a strict content security policy refuses.
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

const MOST_SCRIPT = 150 * 1024; // bytes: the page with every dialog that is opened on it
const MOST_FALLBACK = 40 * 1024; // more, where no WebSocket is let through

interface Built {
  readonly name: string;
  readonly text: string;
}
let files: Built[];
const ending = (end: string): Built[] => files.filter(({ name }) => name.endsWith(end));
const index = (): string => ending('index.html')[0]!.text;

beforeAll(async () => {
  const built = await build({
    root: 'src/web',
    configFile: 'vite.config.ts',
    logLevel: 'error',
    build: { write: false },
  });
  if (!('output' in built)) throw new Error('expected one bundle');
  files = built.output.map((file) => ({
    name: file.fileName,
    text: file.type === 'chunk' ? file.code : String(file.source),
  }));
}, 30_000);

describe('the built page', () => {
  it('has less script than its budget', () => {
    const isFallback = ({ name }: Built): boolean => name.includes('sockjs-socket-');
    const bytes = (scripts: readonly Built[]): number =>
      scripts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    const [fallback, page] = [
      ending('.js').filter(isFallback),
      ending('.js').filter((one) => !isFallback(one)),
    ];
    expect([fallback.length, page.length > 1]).toEqual([1, true]);
    expect(bytes(page)).toBeLessThan(MOST_SCRIPT);
    expect(bytes(fallback)).toBeLessThan(MOST_FALLBACK);
  });

  it('names its files relatively and by their content', () => {
    const addresses = Array.from(index().matchAll(/(?:src|href)="([^"#]+)"/g), ([, address]) => address);
    expect(addresses).toHaveLength(3);
    for (const address of addresses) expect(address).toMatch(/^\.\/assets\/[\w-]+-[\w-]{8}\.(js|css|svg)$/);
  });

  it('keeps what only networks without WebSocket need in a script that it loads when they do', () => {
    const [first] = /[\w-]+\.js/.exec(index()) ?? [];
    const withSockJs = ending('.js').filter(({ text }) => text.includes('xhr_streaming'));
    expect(withSockJs.map(({ name }) => name)).toEqual([expect.stringContaining('sockjs-socket-')]);
    expect(first).toMatch(/^index-/);
    expect(index()).not.toContain('sockjs');
  });

  it('has nothing inline: no script, no style, no handler, no data', () => {
    expect(index()).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    expect(index()).not.toMatch(/<style|\sstyle=|\son\w+=/);
    for (const { text } of files) expect(text).not.toMatch(/(?:url\(|src=|href=)["']?data:/);
  });

  it('needs no other host', () => {
    for (const { text } of [...ending('.html'), ...ending('.css')]) expect(text).not.toMatch(/https?:/);
  });

  it('never writes HTML', () => {
    for (const { text } of ending('.js')) {
      expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
    }
  });
});
