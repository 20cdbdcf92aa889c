// Notifications as the service tells them, and telling the service whether somebody looks at the page: it notifies who does not.
import type { StompwireClient } from '../../client/index.ts';
import type { ChatMessage } from '../model/chat-message.ts';
import type { News } from '../model/news.ts';
import type { ChatState } from '../model/state.ts';
import type { WireConfig } from './config.ts';
import { fieldsOf, readJson, textOf } from './payloads.ts';

/** Clocks differ a little, in milliseconds. */
const SKEW = 1000;

const PREVIEW = 140; // characters

export class Notifications {
  readonly #client: StompwireClient;
  readonly #config: WireConfig;
  readonly #heard: (news: News) => void;
  readonly #now: () => number;
  #said: string | undefined;
  /** Since when the page hears what is said. */
  #since = Number.POSITIVE_INFINITY;

  /** @param heard - hears of each, as they come; of a message perhaps twice */
  constructor(client: StompwireClient, config: WireConfig, heard: (news: News) => void, now: () => number) {
    this.#client = client;
    this.#config = config;
    this.#heard = heard;
    this.#now = now;
    if (!config.features.has('notifications')) return;
    client.subscribe(
      `${config.userPrefix}/queue/notifications`,
      ({ body }) => {
        const news = readNews(body);
        if (news) heard(news);
      },
      { remember: false },
    );
  }

  /**
   * A message came. The service takes who hears a room for somebody who looks at it, and the page hears all its rooms: of
   * what is meant for its reader in another one it notifies itself.
   */
  arrived(message: ChatMessage, state: ChatState): void {
    const { id, roomId, sender, content, sentAt, system, change } = message;
    const isElsewhere = state.attentive && roomId !== state.current && sender !== state.user;
    if (!isElsewhere || system || change || sentAt < this.#since - SKEW || !isPersonal(message, state))
      return;
    const mentioned = message.mentions?.includes(state.user ?? '') === true;
    this.#heard({ id, roomId, sender, sentAt, mentioned, preview: content.slice(0, PREVIEW) });
  }

  /** Says of each connection anew whether somebody is at the page, and when that changes. */
  look({ attentive, link, lostAt }: Pick<ChatState, 'attentive' | 'link' | 'lostAt'>): void {
    if (!this.#config.features.has('notifications')) return;
    if (link.phase !== 'online' || lostAt !== undefined) {
      this.#said = undefined;
      this.#since = Number.POSITIVE_INFINITY;
      return;
    }
    this.#since = Math.min(this.#since, this.#now());
    const state = attentive ? 'online' : 'away';
    if (state === (this.#said ?? 'online')) return; // who connects is there
    this.#said = state;
    const headers = { 'content-type': 'application/json' };
    this.#client
      .send(`${this.#config.appPrefix}/presence`, JSON.stringify({ state }), { headers })
      .catch(() => {}); // said again with the next change
  }
}

/** Whether a message is for somebody in person. */
function isPersonal({ roomId, mentions = [] }: ChatMessage, { user, about }: ChatState): boolean {
  return about.get(roomId)?.kind === 'direct' || (user !== undefined && mentions.includes(user));
}

export function readNews(body: string): News | undefined {
  const { id, roomId, sender, preview, mentioned, sentAt } = fieldsOf(readJson(body));
  if (typeof id !== 'string' || typeof roomId !== 'string' || typeof sender !== 'string') return undefined;
  const at = Date.parse(textOf(sentAt) ?? '');
  return {
    ...{ id, roomId, sender, mentioned: mentioned === true, preview: textOf(preview) ?? '' },
    sentAt: Number.isNaN(at) ? 0 : at,
  };
}
