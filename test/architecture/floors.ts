// The floors of the house: a file imports from its own floor and those under it, never upwards.
import type { SourceFile } from './source.ts';

/** From the bottom. A folder ends in a slash; one floor may have several parts. */
export const floors: readonly (readonly string[])[] = [
  ['frames/'],
  ['src/errors.ts', 'src/version.ts', 'src/time/'],
  ['src/sqlite/', 'src/mongodb/', 'src/redis/'],
  ['src/message/'],
  ['src/metrics/'],
  ['src/transport/'],
  ['src/auth/'],
  ['src/channel/'],
  ['src/queue/'],
  ['src/relay/'],
  ['src/history/'],
  ['src/broker/'],
  ['src/routing/'],
  ['src/session/'],
  ['src/config/'],
  ['src/http/'],
  [
    'src/backends.ts',
    'src/listeners.ts',
    'src/history-service.ts',
    'src/queue-setup.ts',
    'src/session-setup.ts',
  ],
  ['src/backbone.ts', 'src/ingress.ts', 'src/server-parts.ts'],
  ['src/server.ts'],
  ['src/index.ts', 'src/sockjs.ts'],
  ['src/testing/', 'src/testing.ts'],
  ['src/fastify/', 'src/fastify.ts'],
  ['src/chat/'],
  ['src/conformance/'],
  ['src/history-writer.ts'],
  ['src/cli/', 'src/cli.ts'],
];

/** What is built for other machines shares nothing with the service but the wire: the client, and the page over it. */
const apart = [['src/client/'], ['src/web/', 'src/client/']] as const;

export const upwardImports = (files: readonly SourceFile[]): string[] => files.flatMap(upwardImportsOf);

function upwardImportsOf(file: SourceFile): string[] {
  const allowed = apart.find(([folder]) => file.path.startsWith(folder));
  if (allowed) return leavingImports(file, ...allowed);
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

/**
 * The chat service is the first user of the library, and sees what any other user sees. Only its repositories see how a
 * file or a database of ours is opened, locked and migrated: that is no part of the library, which has no users for it,
 * and a second way to do it beside the history's would be one more to get wrong.
 */
export const chatImports = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => path.startsWith('src/chat/'))
    .flatMap((file) => leavingImports(file, ...seenByChat(file.path)));

const seenByChat = (path: string): string[] => [
  'src/chat/',
  'src/index.ts',
  ...(path.startsWith('src/chat/repositories/') ? ['src/sqlite/', 'src/mongodb/', 'src/redis/'] : []),
];

const leavingImports = (file: SourceFile, ...allowed: string[]): string[] =>
  file.imports
    .filter((path) => !allowed.some((part) => path.startsWith(part)))
    .map((path) => `${file.path} imports ${path}, which is not under it`);

const floorOf = (path: string): number =>
  floors.findIndex((parts) =>
    parts.some((part) => (part.endsWith('/') ? path.startsWith(part) : path === part)),
  );
