// Errors over HTTP: one document for all of them [RFC 9457], and nothing of the server's inside.
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { type Static, Type } from 'typebox';
import { type ErrorCode, StompwireError } from '../../index.ts';
import { ChatProblem } from '../problem.ts';

/** A problem document. */
export const ProblemDocument = Type.Object(
  {
    type: Type.String({ description: 'Names the kind of problem.' }),
    title: Type.String({ description: 'The same for every problem of its kind.' }),
    status: Type.Integer(),
    detail: Type.Optional(Type.String({ description: 'What happened, which value, what is allowed.' })),
    instance: Type.Optional(Type.String({ description: 'The path that was asked for.' })),
    code: Type.Optional(Type.String({ description: 'The error code that STOMP clients are told.' })),
    version: Type.Optional(
      Type.Integer({ description: 'Of a message that was changed meanwhile: its version now.' }),
    ),
  },
  { title: 'Problem', description: 'What went wrong [RFC 9457].' },
);

const kinds = 'urn:stompwire:problem:';

/** What is told of an error. */
type Told = Static<typeof ProblemDocument> & { readonly retryAfter?: number | undefined };

const statuses: Partial<Record<ErrorCode, number>> = {
  'authentication-failed': 401,
  'credentials-expired': 401,
  denied: 403,
  'no-access': 403,
  'rate-limited': 429,
  'too-many-sessions': 429,
  'too-many-subscriptions': 429,
  'bad-header': 400,
  'unencodable-header': 400,
  'bad-destination': 400,
  'bad-payload': 400,
  'bad-resume': 400,
  'bad-cursor': 400,
};

/** What an error is over HTTP. What is nobody's but ours says no more than that. */
export function problemOf(error: unknown): Told {
  if (error instanceof ChatProblem) return ofProblem(error);
  if (error instanceof StompwireError) return ofCode(error);
  const { statusCode = 500, validation, message = '' } = error as Partial<FastifyError>;
  if (statusCode >= 500) return kind('internal', 'The server failed', 500);
  if (validation?.some(isTooLong))
    return { ...kind('message-too-long', 'The message is too long', 413), detail: message };
  if (validation !== undefined)
    return { ...kind('bad-request', 'The request is not what is expected', 400), detail: message };
  return { ...kind(nameOf(statusCode), STATUS_CODES[statusCode] ?? '', statusCode), detail: message };
}

/** The text itself, not what stands beside it. */
function isTooLong({ keyword, instancePath }: FastifySchemaValidationError): boolean {
  return keyword === 'maxLength' && instancePath === '/content';
}

function ofProblem({ problem, title, status, message: detail, code, version }: ChatProblem): Told {
  return { ...kind(problem, title, status), detail, code, ...(version !== undefined && { version }) };
}

function ofCode({ code, message, rule, retryAfter }: StompwireError): Told {
  const status = statuses[code] ?? (rule.retryable && code !== 'internal' ? 503 : 500);
  const said = status === 500 ? {} : { detail: message };
  return { ...kind(code, sentence(rule.says), status), ...said, code, retryAfter };
}

function kind(name: string, title: string, status: number) {
  return { type: `${kinds}${name}`, title, status };
}

function nameOf(status: number): string {
  if (status === 413) return 'too-large';
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(' ', '-');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How who asks can show who it is [RFC 9110, 11.6.1]. */
const challenges = 'Bearer realm="chat", Basic realm="chat", charset="UTF-8"';

/** Answers with a problem document; what is our fault is logged. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { retryAfter, ...told } = problemOf(error);
  const path = request.url.replace(/\?.*$/s, ''); // a query may hold a token
  if (told.status >= 500) request.log.warn({ err: error, path }, 'a request failed');
  reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  if (told.status === 401) reply.header('www-authenticate', challenges);
  if (retryAfter !== undefined) reply.header('retry-after', Math.ceil(retryAfter / 1000));
  return reply
    .code(told.status)
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ ...told, instance: path });
}
