// Notifications as the service tells them, and those that the page makes of what it hears itself.
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
  readonly #config: WireConfig;
  readonly #heard: (news: News) => void;
  readonly #now: () => number;
  /** Since when the page hears what is said. */
  #since = Number.POSITIVE_INFINITY;

  /** @param heard - hears of each, as they come; of a message perhaps twice */
  constructor(client: StompwireClient, config: WireConfig, heard: (news: News) => void, now: () => number) {
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

  /** Each connection hears anew. */
  look({ link, lostAt }: Pick<ChatState, 'link' | 'lostAt'>): void {
    if (!this.#config.features.has('notifications')) return;
    const hears = link.phase === 'online' && lostAt === undefined;
    this.#since = hears ? Math.min(this.#since, this.#now()) : Number.POSITIVE_INFINITY;
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
