// What the browser gets: small, all from this service, nothing that a strict content security policy refuses.
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

const MOST_SCRIPT = 150 * 1024; // bytes: all scripts together, also those that few pages ever load
const MOST_AT_FIRST = 128 * 1024; // bytes: what a page loads before it can be used

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
    const sizes = ending('.js').map(({ text }) => Buffer.byteLength(text));
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_SCRIPT);
  });

  it('loads one script at first, and what is asked for later when it is', () => {
    const named = Array.from(index().matchAll(/[\w-]+\.js(?=")/g), ([name]) => name);
    expect(named).toEqual([expect.stringMatching(/^index-/)]);
    const [first] = ending('.js').filter(({ name }) => name.endsWith(named[0]!));
    expect(Buffer.byteLength(first!.text)).toBeLessThan(MOST_AT_FIRST);
    expect(first!.text).not.toMatch(/(?:^|[;}\n])import\s*(?:[\w{*]|["'])/); // none that comes with it
    const later = { popovers: 'emoji-grid', korean: '보내기', 'attach-dialog': 'attach-address' };
    for (const [script, word] of Object.entries(later)) {
      expect(first!.text, script).not.toContain(word);
      const itself = ending('.js').find(({ name }) => name.includes(script));
      expect(itself?.text, script).toContain(word);
    }
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
