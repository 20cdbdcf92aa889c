// The architecture rules themselves, each shown an example that breaks it.
import { describe, expect, it } from 'vitest';
import { importCycles } from './cycles.ts';
import { chatImports, codecImports, upwardImports } from './floors.ts';
import { badDeclarations, badNames, longFiles, namedBackEnds, unopened, unshippedPackages } from './rules.ts';
import { type SourceFile, sourceFile } from './source.ts';

const importing = (path: string, ...specifiers: string[]): SourceFile =>
  sourceFile(path, specifiers.map((specifier) => `import '${specifier}';`).join('\n'));

describe('reading imports', () => {
  it('sees every kind of import', () => {
    const text = `import { a } from './a.ts';
      import type { B } from '../b.ts';
      import { type C } from './c/c.ts';
      export type { D } from './d.ts';
      export * from './e.ts';
      const f = await import('./f.ts');
      let g: Promise<import('./g.ts').G[]>;
      import ws from 'ws';
      // import './comment.ts'
      const text = "import './text.ts'";`;
    const file = sourceFile('src/x/y.ts', text);
    expect(file.imports.toSorted()).toEqual(
      ['src/b.ts', ...['a', 'c/c', 'd', 'e', 'f', 'g'].map((name) => `src/x/${name}.ts`)].toSorted(),
    );
    expect(file.packages).toEqual(['ws']);
  });
});

describe('floors', () => {
  it('refuse an import from above, from outside, and a file without a floor', () => {
    const files = [
      importing('src/message/message.ts', '../broker/broker.ts', '../../frames/index.ts', './destination.ts'),
      importing('src/broker/broker.ts', '../../test/x.ts', '../cli.ts', '../relay/relay.ts'),
      importing('src/extra/x.ts'),
    ];
    expect(upwardImports(files)).toEqual([
      'src/message/message.ts imports src/broker/broker.ts, which is not under it',
      'src/broker/broker.ts imports test/x.ts, which is not under it',
      'src/broker/broker.ts imports src/cli.ts, which is not under it',
      'src/extra/x.ts stands on no floor',
    ]);
  });

  it('keep the browser client apart from the service', () => {
    expect(
      upwardImports([importing('src/web/page.ts', '../message/message.ts', './room.ts', 'vite')]),
    ).toHaveLength(1);
    expect(upwardImports([importing('src/server.ts', './web/page.ts')])).toHaveLength(1);
    expect(upwardImports([importing('src/web/page.ts', '../client/index.ts')])).toEqual([]);
    expect(upwardImports([importing('src/client/page.ts', '../web/page.ts')])).toHaveLength(1);
    expect(upwardImports([importing('src/client/a.ts', '../../frames/index.ts')])).toHaveLength(1);
    expect(upwardImports([importing('src/server.ts', './client/index.ts')])).toHaveLength(1);
  });

  it('let the codec import Node and itself alone', () => {
    const codec = importing('frames/parser.ts', 'node:buffer', './frame.ts', '../src/errors.ts', 'ws');
    expect(codecImports([codec, importing('src/server.ts', 'ws')])).toEqual([
      'frames/parser.ts imports src/errors.ts, which is not under it',
      'frames/parser.ts imports ws',
    ]);
  });

  it('let the chat service see only the public face', () => {
    const chat = importing(
      'src/chat/rooms.ts',
      '../index.ts',
      './presence.ts',
      '../message/message.ts',
      'fastify',
    );
    expect(chatImports([chat])).toEqual([
      'src/chat/rooms.ts imports src/message/message.ts, which is not under it',
    ]);
  });
});

describe('cycles', () => {
  it('are found at any length, each once, also by type alone', () => {
    const files = [
      sourceFile('src/a.ts', "import type { B } from './b.ts';"),
      importing('src/b.ts', './c.ts'),
      importing('src/c.ts', './a.ts', './d.ts'),
      importing('src/d.ts'),
      importing('src/self.ts', './self.ts'),
    ];
    expect(importCycles(files)).toEqual([
      'src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts',
      'src/self.ts -> src/self.ts',
    ]);
    expect(importCycles(files.slice(1, 4))).toEqual([]);
  });
});

describe('rules of a single file', () => {
  it('no more than 400 lines', () => {
    const lines = (count: number): SourceFile => sourceFile('src/a.ts', 'a;\n'.repeat(count));
    expect(longFiles([lines(400)])).toEqual([]);
    expect(longFiles([lines(401)])).toHaveLength(1);
  });

  it('a name in kebab-case that says something', () => {
    const named = (path: string): string[] => badNames([sourceFile(path, '')]);
    const good = ['src/user-registry.ts', 'test/a.test.ts', 'src/sockjs/xhr-send.ts'];
    expect(good.flatMap(named)).toEqual([]);
    for (const bad of [
      'Parser',
      'frame_codec',
      'utils',
      'helpers',
      'types',
      'session-manager',
      'relay-impl',
    ]) {
      expect(named(`src/${bad}.ts`), bad).toHaveLength(1);
    }
    expect(named('src/utils/text.ts')).toHaveLength(1);
  });

  it('no declaration called Manager or Impl', () => {
    const text =
      'export class SessionManager {}\nconst relayImpl = 1;\ninterface Manageress {}\ntype RelayImpl = 1;';
    expect(badDeclarations([sourceFile('src/a.ts', text)])).toHaveLength(3);
  });

  it('an opening sentence', () => {
    const opened = (text: string): boolean => unopened([sourceFile('src/a.ts', text)]).length === 0;
    expect(opened('// Reads frames from bytes.\nlet a;')).toBe(true);
    expect(opened('#!/usr/bin/env node\n// Starts the service from\n// the command line.\nlet a;')).toBe(
      true,
    );
    expect(opened('/**\n * Reads frames from bytes. More about it.\n */\nlet a;')).toBe(true);
    expect(opened("import 'ws';\n// Reads frames from bytes.")).toBe(false);
    expect(opened('// parser\nlet a;')).toBe(false);
    expect(opened('let a;')).toBe(false);
  });

  it('no package that is not installed with ours', () => {
    const files = [
      importing('src/a.ts', 'ws', 'node:net', '@fastify/static/x', 'vite'),
      importing('src/web/a.ts', 'x'),
    ];
    expect(unshippedPackages(files, ['ws', '@fastify/static'])).toEqual([
      'src/a.ts imports vite, which is not installed with the package',
    ]);
  });

  it('a back end is named in backends.ts and in itself', () => {
    const good = [
      importing('src/backends.ts', './relay/memory.ts', './history/stores/mongodb.ts'),
      importing('src/broker/broker.ts', '../relay/relay.ts', '../relay/envelope.ts'),
      importing('src/relay/redis.ts', './redis/connection.ts', './envelope.ts'),
    ];
    expect(namedBackEnds(good)).toEqual([]);
    const bad = [
      importing('src/broker/broker.ts', '../relay/memory.ts'),
      importing('src/relay/relay.ts', './redis.ts'),
      importing('src/history/writer.ts', './feeds/memory.ts'),
    ];
    expect(namedBackEnds(bad)).toHaveLength(3);
  });
});
