// Old messages over HTTP: page by page before a place, or those that hold some words.
import type { ChatMessage } from '../model/chat-message.ts';
import type { OlderPage } from '../model/older.ts';
import type { Credentials } from './credentials.ts';
import { firstPlace, readFound, readPage } from './payloads.ts';

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
    const from = firstPlace(body);
    return { arrivals: readPage(body, this.#now()), isStart: !hasNext || from === undefined, from };
  }

  /** The newest messages that hold a text. @throws as {@link older} does */
  async search(roomId: string, text: string): Promise<Found> {
    const { body, hasNext } = await this.#get(roomId, { q: text, limit: String(FOUND) });
    return { messages: readFound(body, this.#now()).toReversed(), more: hasNext };
  }

  async #get(roomId: string, query: Record<string, string>): Promise<{ body: unknown; hasNext: boolean }> {
    const asked = new URLSearchParams({ ...query, ...this.#credentials.query });
    const response = await this.#fetcher(
      `${this.#root}/rooms/${encodeURIComponent(roomId)}/messages?${asked}`,
      {
        headers: this.#credentials.http,
        cache: 'no-store',
        signal: AbortSignal.timeout(PATIENCE),
      },
    );
    if (!response.ok) throw new Error(`the service answered ${response.status}`);
    return { body: await response.json(), hasNext: /rel="?next/.test(response.headers.get('link') ?? '') };
  }
}
