// The floors of the house: a file imports from its own floor and those under it, never upwards.
import type { SourceFile } from './source.ts';

/** From the bottom. A folder ends in a slash; one floor may have several parts. */
export const floors: readonly (readonly string[])[] = [
  ['frames/'],
  ['src/errors.ts', 'src/version.ts', 'src/time/'],
  ['src/message/'],
  ['src/metrics/'],
  ['src/transport/'],
  ['src/auth/'],
  ['src/channel/'],
  ['src/relay/'],
  ['src/history/'],
  ['src/broker/'],
  ['src/routing/'],
  ['src/session/'],
  ['src/config/'],
  ['src/http/'],
  ['src/backends.ts', 'src/listeners.ts'],
  ['src/server.ts'],
  ['src/index.ts', 'src/sockjs.ts'],
  ['src/testing/', 'src/testing.ts'],
  ['src/fastify/', 'src/fastify.ts'],
  ['src/chat/'],
  ['src/history-writer.ts'],
  ['src/cli/', 'src/cli.ts'],
];

/** The browser client is built for another machine: it shares nothing with the service but the wire. */
const apart = 'src/web/';

export const upwardImports = (files: readonly SourceFile[]): string[] => files.flatMap(upwardImportsOf);

function upwardImportsOf(file: SourceFile): string[] {
  if (file.path.startsWith(apart)) return leavingImports(file, apart);
  const floor = floorOf(file.path);
  if (floor < 0) return [`${file.path} stands on no floor`];
  return file.imports
    .filter((path) => floorOf(path) < 0 || floorOf(path) > floor)
    .map((path) => `${file.path} imports ${path}, which is not under it`);
}

/** The codec is a library of its own: nothing but itself and Node. */
export const codecImports = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => path.startsWith('frames/'))
    .flatMap((file) => [
      ...leavingImports(file, 'frames/'),
      ...file.packages
        .filter((name) => !name.startsWith('node:'))
        .map((name) => `${file.path} imports ${name}`),
    ]);

/** The chat service is the first user of the library, and sees what any other user sees. */
export const chatImports = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => path.startsWith('src/chat/'))
    .flatMap((file) => leavingImports(file, 'src/chat/', 'src/index.ts'));

const leavingImports = (file: SourceFile, ...allowed: string[]): string[] =>
  file.imports
    .filter((path) => !allowed.some((part) => path.startsWith(part)))
    .map((path) => `${file.path} imports ${path}, which is not under it`);

const floorOf = (path: string): number =>
  floors.findIndex((parts) =>
    parts.some((part) => (part.endsWith('/') ? path.startsWith(part) : path === part)),
  );
