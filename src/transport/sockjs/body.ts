// Reads the body of a request, within a limit.
import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

/**
 * Calls back once: with the body, or with why there is none. What is too large is read on and thrown away,
 * so that the client sees the answer instead of a broken connection.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  done: (body: Buffer | 'too-large' | 'aborted') => void,
): void {
  if (request.destroyed) return done('aborted');
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (body: Buffer | 'too-large' | 'aborted'): void => {
    request.off('data', take).off('end', end).off('close', abort);
    done(body);
  };
  const take = (chunk: Buffer): void => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > limit) finish('too-large');
  };
  const end = (): void => finish(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
  const abort = (): void => finish('aborted');
  if (Number(request.headers['content-length']) > limit) return done('too-large');
  request.on('data', take).on('end', end).on('close', abort);
}
