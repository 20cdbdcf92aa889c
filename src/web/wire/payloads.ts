// What the service's JSON bodies hold, read without trust: a body of another shape is undefined.
import type { ChatMessage } from '../model/room-log.ts';

function readObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a chat message; a `sentAt` that is no time becomes `receivedAt`. */
export function readMessage(body: string, receivedAt: number): ChatMessage | undefined {
  const { id, roomId, sender, content, sentAt } = readObject(body) ?? {};
  if (typeof id !== 'string' || typeof roomId !== 'string') return undefined;
  if (typeof sender !== 'string' || typeof content !== 'string') return undefined;
  const at = typeof sentAt === 'string' ? Date.parse(sentAt) : Number.NaN;
  return { id, roomId, sender, content, sentAt: Number.isNaN(at) ? receivedAt : at };
}
