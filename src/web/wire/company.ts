// Who is in the room that is shown, and who types there: subscribed for that room alone.
import type { ClientSubscription, StompwireClient } from '../../client/index.ts';
import { isMissing, noCompany } from '../model/company.ts';
import type { ChatState, Happening } from '../model/state.ts';
import type { WireConfig } from './config.ts';
import { readPresence, readTyping } from './payloads.ts';

/** The service tells others once in this time that somebody goes on typing, in milliseconds. */
const AGAIN = 3000;

/** Where the page's state lives. */
interface Holder {
  readonly state: () => ChatState;
  readonly happen: (happening: Happening) => void;
}

export class CompanyWire {
  readonly #client: StompwireClient;
  readonly #config: WireConfig;
  readonly #holder: Holder;
  readonly #now: () => number;
  #roomId: string | undefined;
  #subscriptions: ClientSubscription[] = [];
  #snapshot: ClientSubscription | undefined;
  #saidAt = 0;

  constructor(client: StompwireClient, config: WireConfig, holder: Holder, now: () => number) {
    this.#client = client;
    this.#config = config;
    this.#holder = holder;
    this.#now = now;
  }

  /** Another room is shown. */
  look(roomId: string): void {
    if (roomId === this.#roomId) return;
    this.end();
    this.#roomId = roomId;
    const { topicPrefix, features } = this.#config;
    if (roomId === '') return;
    if (features.has('presence')) {
      this.#hear(`${topicPrefix}/chat-room/${roomId}/presence`, (body) => this.#heard(roomId, body));
      this.#askSnapshot(roomId);
    }
    if (features.has('typing'))
      this.#hear(`${topicPrefix}/chat-room/${roomId}/typing`, (body) => this.#typed(roomId, body));
  }

  /** Somebody types here, or has stopped; nobody needs to hear of that later. */
  type(typing: boolean): void {
    const now = this.#now();
    const isOnline = this.#holder.state().link.phase === 'online';
    if (!this.#config.features.has('typing') || !isOnline || !this.#roomId) return;
    if (typing ? now - this.#saidAt < AGAIN : this.#saidAt === 0) return;
    this.#saidAt = typing ? now : 0;
    const destination = `${this.#config.appPrefix}/chat-room/${this.#roomId}/typing`;
    const headers = { 'content-type': 'application/json' };
    this.#client.send(destination, JSON.stringify({ typing }), { headers }).catch(() => {});
  }

  end(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
    this.#snapshot?.unsubscribe();
    this.#snapshot = undefined;
    this.#roomId = undefined;
    this.#saidAt = 0;
  }

  #hear(destination: string, heard: (body: string) => void): void {
    this.#subscriptions.push(
      this.#client.subscribe(destination, ({ body }) => heard(body), {
        remember: false,
        onRefused: () => {}, // that of the room itself is told
      }),
    );
  }

  /** With each connection anew. */
  #askSnapshot(roomId: string): void {
    this.#snapshot?.unsubscribe();
    this.#snapshot = this.#client.subscribe(
      `${this.#config.appPrefix}/chat-room/${roomId}/presence`,
      ({ body }) => this.#heard(roomId, body),
      { remember: false, onRefused: () => {} },
    );
  }

  #heard(roomId: string, body: string): void {
    const news = readPresence(body);
    if (news?.roomId !== roomId) return;
    const known = this.#holder.state().company.get(roomId) ?? noCompany;
    if (!isMissing(known, news)) this.#holder.happen({ type: 'presence', news });
    else if (known.version >= 0) this.#askSnapshot(roomId);
  }

  #typed(roomId: string, body: string): void {
    const told = readTyping(body);
    if (told?.roomId !== roomId) return;
    const until = told.typing ? this.#now() + told.expiresIn : 0;
    this.#holder.happen({ type: 'typing', roomId, user: told.user, until });
  }
}
