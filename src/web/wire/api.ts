// Old messages over HTTP: page by page before a place, or those that hold some words.
import type { ChatMessage } from '../model/chat-message.ts';
import type { OlderPage } from '../model/older.ts';
import type { NewerPage, PageAround } from '../model/past.ts';
import { numberOf } from '../model/seen.ts';
import { problemOf } from './api-problem.ts';
import type { Credentials } from './credentials.ts';
import { placeIn, readFound, readPage } from './payloads.ts';

/** So many messages come at a time. */
export const PAGE = 100;

/** So many are found at most. */
export const FOUND = 50;

const PATIENCE = 15_000; // milliseconds

/** What was found, newest first. */
export interface Found {
  readonly messages: readonly ChatMessage[];
  /** There is more than is shown. */
  readonly more: boolean;
}

export class Api {
  readonly #root: string;
  readonly #credentials: Credentials;
  readonly #fetcher: typeof fetch;
  readonly #now: () => number;

  constructor(root: string, credentials: Credentials, fetcher: typeof fetch, now: () => number) {
    this.#root = root;
    this.#credentials = credentials;
    this.#fetcher = fetcher;
    this.#now = now;
  }

  /** The page before a place. @throws when the service does not answer as it should */
  async older(roomId: string, before: string): Promise<OlderPage> {
    const { body, hasNext } = await this.#get(roomId, { before, limit: String(PAGE) });
    return { arrivals: readPage(body, this.#now()), isStart: !hasNext, from: placeIn(body, 0) };
  }

  /** The page behind a place. @throws as {@link older} does */
  async newer(roomId: string, after: string): Promise<NewerPage> {
    const { body, hasNext } = await this.#get(roomId, { after, limit: String(PAGE) });
    return { arrivals: readPage(body, this.#now()), isEnd: !hasNext, to: placeIn(body, -1) };
  }

  /** A message with what stands on both sides of it; `undefined`: it is not to be had. @throws as {@link older} does */
  async around(roomId: string, messageId: string): Promise<PageAround | undefined> {
    const number = numberOf(messageId) ?? 0;
    const pages = [this.older(roomId, String(number + 1)), this.newer(roomId, messageId)] as const;
    const [older, newer] = await Promise.all(pages);
    const last = older.arrivals.at(-1);
    if (last?.kind !== 'message' || last.message.messageId !== messageId) return undefined;
    return {
      ...newer,
      ...older,
      to: newer.to ?? messageId,
      arrivals: [...older.arrivals, ...newer.arrivals],
    };
  }

  /** The newest messages that hold a text. @throws as {@link older} does */
  async search(roomId: string, text: string): Promise<Found> {
    const { body, hasNext } = await this.#get(roomId, { q: text, limit: String(FOUND) });
    return { messages: readFound(body, this.#now()).toReversed(), more: hasNext };
  }

  /** A message, as it is now; `undefined`: it is not to be had. @throws as {@link older} does */
  async one(roomId: string, messageId: string): Promise<ChatMessage | undefined> {
    const number = numberOf(messageId);
    if (number === undefined) return undefined;
    const { body } = await this.#get(roomId, { before: String(number + 1), limit: '1' });
    const [arrival] = readPage(body, this.#now());
    return arrival?.kind === 'message' && arrival.message.messageId === messageId
      ? arrival.message
      : undefined;
  }

  /** Asks for something else. @throws {ApiProblem} what the service refused it with */
  async ask(method: Method, path: string, body?: object): Promise<Answer> {
    const { http, query } = this.#credentials;
    const asked = new URLSearchParams(query).toString();
    const response = await this.#fetcher(
      `${this.#root}${path}${asked && `${path.includes('?') ? '&' : '?'}${asked}`}`,
      {
        method,
        headers: { ...http, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        cache: 'no-store',
        signal: AbortSignal.timeout(PATIENCE),
      },
    );
    if (!response.ok) throw await problemOf(response);
    const [, next] = /<[^>]*\?([^>]*)>;\s*rel="?next/.exec(response.headers.get('link') ?? '') ?? [];
    return { body: response.status === 204 ? undefined : await response.json(), next };
  }

  async #get(roomId: string, query: Record<string, string>): Promise<{ body: unknown; hasNext: boolean }> {
    const { body, next } = await this.ask(
      'GET',
      `/rooms/${encodeURIComponent(roomId)}/messages?${new URLSearchParams(query)}`,
    );
    if (!Array.isArray(body)) throw new Error('the service answered with no list');
    const cursor = new URLSearchParams(next).get('cursor');
    // where the log has nothing but changes for long, a page is empty, and yet not the last
    if (body.length === 0 && cursor !== null) return this.#get(roomId, { ...query, cursor });
    return { body, hasNext: next !== undefined };
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Answer {
  readonly body: unknown;
  /** The query of what follows in a list. */
  readonly next: string | undefined;
}
