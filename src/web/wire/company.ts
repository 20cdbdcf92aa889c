// Who is in the room that is shown, who types there, and how far they have read; of rooms of two too, who is there.
import type { ClientSubscription, StompwireClient } from '../../client/index.ts';
import { isMissing, noCompany } from '../model/company.ts';
import type { StateHolder } from '../model/state.ts';
import type { WireConfig } from './config.ts';
import { readMarks, readPresence, readTyping } from './payloads.ts';

/** The service tells others once in this time that somebody goes on typing, in milliseconds. */
const AGAIN = 3000;

export class CompanyWire {
  readonly #client: StompwireClient;
  readonly #config: WireConfig;
  readonly #holder: StateHolder;
  readonly #now: () => number;
  /** Of which rooms it is heard who is there. */
  readonly #presence = new Map<string, ClientSubscription>();
  readonly #snapshots = new Map<string, ClientSubscription>();
  readonly #ofShown: ClientSubscription[] = [];
  #roomId = '';
  #saidAt = 0;

  constructor(client: StompwireClient, config: WireConfig, holder: StateHolder, now: () => number) {
    this.#client = client;
    this.#config = config;
    this.#holder = holder;
    this.#now = now;
  }

  /** Another room is shown. @param others - rooms of which it is shown who is there, too */
  look(roomId: string, others: readonly string[] = []): void {
    const { appPrefix, topicPrefix, features } = this.#config;
    if (features.has('presence')) this.#hearWhoIsIn(new Set(roomId === '' ? others : [roomId, ...others]));
    if (roomId === this.#roomId) return;
    for (const subscription of this.#ofShown.splice(0)) subscription.unsubscribe();
    this.#roomId = roomId;
    this.#saidAt = 0;
    if (roomId === '') return;
    const hear = (prefix: string, what: string, heard: (roomId: string, body: string) => void): void => {
      const destination = `${prefix}/chat-room/${roomId}/${what}`;
      this.#ofShown.push(this.#hear(destination, (body) => heard(roomId, body)));
    };
    if (features.has('typing')) hear(topicPrefix, 'typing', (id, body) => this.#typed(id, body));
    if (!features.has('seen')) return;
    hear(topicPrefix, 'read', (id, body) => this.#read(id, body));
    hear(appPrefix, 'read', (id, body) => this.#read(id, body)); // with each connection anew
  }

  /** Somebody types here, or has stopped; nobody needs to hear of that later. */
  type(typing: boolean): void {
    const now = this.#now();
    const isOnline = this.#holder.state().link.phase === 'online';
    if (!this.#config.features.has('typing') || !isOnline || this.#roomId === '') return;
    if (typing ? now - this.#saidAt < AGAIN : this.#saidAt === 0) return;
    this.#saidAt = typing ? now : 0;
    const destination = `${this.#config.appPrefix}/chat-room/${this.#roomId}/typing`;
    const headers = { 'content-type': 'application/json' };
    this.#client.send(destination, JSON.stringify({ typing }), { headers }).catch(() => {});
  }

  end(): void {
    this.look('');
  }

  #hearWhoIsIn(rooms: ReadonlySet<string>): void {
    for (const [roomId, subscription] of this.#presence) {
      if (rooms.has(roomId)) continue;
      subscription.unsubscribe();
      this.#presence.delete(roomId);
      this.#snapshots.get(roomId)?.unsubscribe();
      this.#snapshots.delete(roomId);
    }
    for (const roomId of rooms) {
      if (this.#presence.has(roomId)) continue;
      const topic = `${this.#config.topicPrefix}/chat-room/${roomId}/presence`;
      this.#presence.set(
        roomId,
        this.#hear(topic, (body) => this.#heard(roomId, body)),
      );
      this.#askSnapshot(roomId);
    }
  }

  #hear(destination: string, heard: (body: string) => void): ClientSubscription {
    // what is refused is told of the room itself
    const options = { remember: false, onRefused: () => {} };
    return this.#client.subscribe(destination, ({ body }) => heard(body), options);
  }

  /** With each connection anew. */
  #askSnapshot(roomId: string): void {
    this.#snapshots.get(roomId)?.unsubscribe();
    const destination = `${this.#config.appPrefix}/chat-room/${roomId}/presence`;
    this.#snapshots.set(
      roomId,
      this.#hear(destination, (body) => this.#heard(roomId, body)),
    );
  }

  #heard(roomId: string, body: string): void {
    const news = readPresence(body);
    if (news?.roomId !== roomId) return;
    const known = this.#holder.state().company.get(roomId) ?? noCompany;
    if (!isMissing(known, news)) this.#holder.happen({ type: 'presence', news });
    else if (known.version >= 0) this.#askSnapshot(roomId);
  }

  #read(roomId: string, body: string): void {
    const told = readMarks(body);
    if (told?.roomId === roomId) this.#holder.happen({ type: 'read-told', ...told });
  }

  #typed(roomId: string, body: string): void {
    const told = readTyping(body);
    if (told?.roomId !== roomId) return;
    const until = told.typing ? this.#now() + told.expiresIn : 0;
    this.#holder.happen({ type: 'typing', roomId, user: told.user, until });
  }
}
