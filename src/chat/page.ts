// The chat page, served by the service itself: nothing comes from elsewhere.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { Server } from '../index.ts';
import { topicOf } from './mappings.ts';

/** What the page may load and be put into: itself only. */
const headers = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Where rooms and messages are had over HTTP. */
const api = '/api/chat';

/** What a service may offer beside rooms and their messages. */
export type PageFeature =
  | ('rooms' | 'presence' | 'typing' | 'unread' | 'edit')
  | ('replies' | 'reactions' | 'mentions' | 'attachments' | 'seen' | 'notifications');

/** What people are asked for, by the option `auth`. */
const asksFor = { anonymous: 'name', users: 'passcode', jwt: 'token' } as const;

/** Serves the page at `/`, and tells it where the service's destinations are, and what it may show. */
export function addPage(
  { http, config, policies, log }: Pick<Server, 'http' | 'config' | 'policies' | 'log'>,
  {
    open = true,
    features = [],
  }: { readonly open?: boolean; readonly features?: readonly PageFeature[] } = {},
): void {
  const { appPrefix, userPrefix, awayAfter } = config;
  const topicPrefix = topicOf(config.brokerPrefixes);
  const wiring = {
    endpoint: config.endpoints[0],
    appPrefix,
    topicPrefix,
    userPrefix,
    // whether what is said in rooms can be resumed
    resume: policies.of(`${topicPrefix}/chat-room/general`) !== undefined,
    signIn: asksFor[config.auth],
    // whether a room is there from its first use
    open,
    awayAfter,
    features,
  };
  http.get('/stompwire.json', async (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .send({ ...wiring, api: http.hasRoute({ method: 'GET', url: `${api}/rooms` }) ? api : undefined }),
  );
  const root = builtPage();
  if (root === undefined) {
    log.warn('the chat page is not built: npm run build:web');
    return;
  }
  http.register(fastifyStatic, {
    root,
    setHeaders: (reply, path) => {
      for (const [name, value] of Object.entries(headers)) reply.header(name, value);
      reply.header(
        'cache-control',
        path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
}

/** Beside the compiled code, or in `dist` when the sources run. */
function builtPage(): string | undefined {
  const places = ['../../web/', '../../dist/web/'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => existsSync(`${place}index.html`));
}
