// The link to what follows a part of a list [RFC 8288].
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Says where the list goes on: at the same address, but for one parameter. @param next - none: it ends here */
export function linkNext(
  request: FastifyRequest,
  reply: FastifyReply,
  parameter: string,
  next: string | undefined,
): void {
  if (next === undefined) return;
  const { pathname, searchParams } = new URL(request.url, 'http://here');
  searchParams.set(parameter, next);
  reply.header('link', `<${pathname}?${searchParams}>; rel="next"`);
}
