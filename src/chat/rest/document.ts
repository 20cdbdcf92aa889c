// The description of the routes [OpenAPI 3.1], and a page to try them; nothing of it comes from elsewhere.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** What the page may load and ask: itself only. Swagger UI styles its parts by attribute. */
const pagePolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const description = `Rooms, messages and members over HTTP. What is said here and what is said over STOMP are the same messages.
Lists come in parts; the header \`link\` leads to the next one. Whatever goes wrong is told in a problem document (RFC 9457).`;

/** Adds `/openapi.json` and `/docs`; before the routes that they describe. */
export async function addDocument(http: FastifyInstance, prefix: string): Promise<void> {
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Chat', version: '1.0.0', description },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          password: { type: 'http', scheme: 'basic' },
        },
      },
      security: [{}, { token: [] }, { password: [] }],
    },
  });
  let document: object | undefined;
  http.get('/openapi.json', { schema: { hide: true } }, async () => {
    document ??= shared(http.swagger() as unknown as Json);
    return document;
  });
  await http.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: prefix,
    staticCSP: pagePolicy,
    theme: { title: 'Chat: try it' },
    uiConfig: { url: `${prefix}/openapi.json`, validatorUrl: null, persistAuthorization: false },
  });
}

interface Json {
  [name: string]: unknown;
}

/** Schemas that have a title stand once, and are referred to. */
function shared(document: Json): Json {
  const schemas: Json = {};
  const paths = referring(document.paths, schemas);
  const { components } = document;
  return { ...document, paths, components: { ...(components as Json), schemas } };
}

function referring(value: unknown, schemas: Json): unknown {
  if (Array.isArray(value)) return value.map((one) => referring(one, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, referring(part, schemas)]);
  const copy = Object.fromEntries(entries) as Json;
  const { title, type } = copy;
  if (typeof title !== 'string' || type !== 'object') return copy;
  schemas[title] ??= copy;
  return { $ref: `#/components/schemas/${title}` };
}
