// Speaks the chat service's language over a kept connection: rooms are subscriptions, messages are SENDs.
import type { IMessage } from '@stomp/stompjs';
import {
  type ClientError,
  type OpenSession,
  type Phase,
  StompwireClient,
  type TextStorage,
  type World,
} from '../../client/index.ts';
import type { Extras } from '../model/chat-message.ts';
import type { LinkPhase } from '../model/link-phase.ts';
import { oldestPlace } from '../model/older.ts';
import { directRooms } from '../model/room-list.ts';
import type { Unsent } from '../model/room-log.ts';
import { DEFAULT_ROOMS } from '../model/room-names.ts';
import { type RoomSentence, sentenceOf, sentencesOfGone } from '../model/room-sentences.ts';
import { isDirectId } from '../model/room-sign.ts';
import { type ChatState, find, type Happening, type StateHolder, shownOf } from '../model/state.ts';
import { words } from '../words/words.ts';
import { Api, type Found } from './api.ts';
import { Changes } from './changes.ts';
import { CompanyWire } from './company.ts';
import type { WireConfig } from './config.ts';
import { credentialsOf, type SignIn } from './credentials.ts';
import { Notifications } from './notifications.ts';
import { Originals } from './originals.ts';
import { OwnMessages, PATIENCE } from './own-messages.ts';
import { OwnPresence } from './own-presence.ts';
import { readArrival } from './payloads.ts';
import { ReadMarks } from './read-marks.ts';
import { RoomLists } from './room-lists.ts';
import { RoomSubscriptions } from './room-subscriptions.ts';
import { refusalWords, troubleWords } from './trouble.ts';

export interface ChatWorld {
  readonly openSession: OpenSession;
  /** `newKey` gives what no other page does: keys are receipt ids and idempotency keys. */
  readonly world: Pick<World, 'now' | 'newKey'> & Partial<World>;
  /** Keeps what the service gave this tab, over reloads. */
  readonly storage: TextStorage;
  /** Old messages come over HTTP. */
  readonly fetcher?: typeof fetch;
}

/** What of one sign-in ends with it. */
interface Signed {
  readonly client: StompwireClient;
  readonly api: Api | undefined;
  readonly lists: RoomLists;
  readonly rooms: RoomSubscriptions;
  readonly own: OwnMessages;
  readonly company: CompanyWire;
  readonly marks: ReadMarks;
  readonly notifications: Notifications;
  readonly presence: OwnPresence;
  readonly changes: Changes;
  readonly originals: Originals | undefined;
}

export class Chat {
  readonly #openSession: OpenSession;
  readonly #world: ChatWorld['world'];
  readonly #storage: TextStorage;
  readonly #holder: StateHolder;
  readonly #config: () => WireConfig;
  readonly #fetcher: typeof fetch;
  #signed: Signed | undefined;

  constructor(
    { openSession, world, storage, fetcher = fetch }: ChatWorld,
    holder: StateHolder,
    config: () => WireConfig,
  ) {
    this.#openSession = openSession;
    this.#world = world;
    this.#storage = storage;
    this.#holder = holder;
    this.#config = config;
    this.#fetcher = fetcher;
  }

  /** @param unsent - what this tab had not seen confirmed when it was loaded anew */
  signIn(signIn: SignIn, unsent: readonly Unsent[] = []): void {
    const { name } = signIn;
    const config = this.#config();
    const credentials = credentialsOf(signIn, config.signIn);
    this.#end();
    this.#holder.happen({ type: 'signed-in', name });
    const client = new StompwireClient({
      openSession: this.#openSession,
      world: this.#world,
      storage: this.#storage,
      storagePrefix: `stompwire.${name}.`,
      connectHeaders: credentials.connect,
      errorQueue: `${config.userPrefix}/queue/errors`,
      idempotent: config.resume,
      queue: { age: PATIENCE },
      onPhase: (phase) => {
        if (this.#signed?.client === client) this.#linked(phase, name);
      },
      onServerError: (error) => {
        if (this.#signed?.client === client) this.#told(error);
      },
    });
    const happen = (happening: Happening): void => this.#listed(happening);
    const { now } = this.#world;
    const refused = (reason: string): void => this.#notice(reason);
    const api = config.api === undefined ? undefined : new Api(config.api, credentials, this.#fetcher, now);
    const ifSigned = (happening: Happening): void => {
      if (this.#signed?.client === client) this.#holder.happen(happening);
    };
    this.#signed = {
      client,
      api,
      changes: new Changes(client, config.appPrefix, refused),
      originals: api && new Originals(api, ifSigned),
      lists: new RoomLists(client, config, happen),
      rooms: this.#openRooms(client, config),
      own: new OwnMessages({ client, config, holder: this.#holder, now, refused }),
      company: new CompanyWire(client, config, this.#holder, now),
      marks: new ReadMarks(client, config),
      notifications: new Notifications(client, config, (news) => ifSigned({ type: 'noted', news }), now),
      presence: new OwnPresence(client, config, now),
    };
    this.#joinRooms();
    for (const out of unsent) this.#signed.own.restore(out);
    client.activate();
  }

  /** @param refusal - why the service let nobody in */
  signOut(refusal?: string): void {
    this.#end();
    const { rooms, about } = this.#holder.state();
    const kept = rooms.map(({ roomId }) => roomId).filter((roomId) => about.get(roomId)?.kind !== 'direct');
    const next = refusal === undefined ? DEFAULT_ROOMS : kept;
    this.#holder.happen({
      type: 'signed-out',
      rooms: this.#config().open ? next : [],
      ...(refusal !== undefined && { refusal }),
    });
  }

  retryNow(): void {
    this.#signed?.client.retryNow();
  }

  /** The browser has no network any more. */
  lose(): void {
    this.#signed?.client.lose();
  }

  /** Joins a room unless joined, and shows it. */
  openRoom(roomId: string): void {
    const isMade = this.#config().open && !isDirectId(roomId);
    const isThere = isMade || find(this.#holder.state(), roomId) !== undefined;
    if (isThere) this.#show(roomId);
    const entered = this.#signed?.lists.enter(roomId);
    if (isThere)
      entered?.catch(() => {}); // it can be read and written all the same
    else
      entered?.then(
        () => this.#show(roomId),
        (error: ClientError) => this.#notice(troubleWords(error)),
      );
  }

  leaveRoom(roomId: string): void {
    this.#signed?.lists.leave(roomId);
    this.#drop(roomId);
  }

  /** Asks for the page before what is there, unless that is on its way. */
  async older(roomId: string): Promise<void> {
    const signed = this.#signed;
    const { happen, state } = this.#holder;
    const before = () => shownOf(state());
    const [api, was] = [signed?.api, before()];
    if (api === undefined || was === undefined) return;
    happen({ type: 'older-asked', roomId });
    const log = before();
    const place = log && oldestPlace(log);
    if (log === was || place === undefined) return;
    const page = await api.older(roomId, place).catch(() => undefined);
    if (this.#signed !== signed) return;
    happen(page ? { type: 'older-came', roomId, before: place, ...page } : { type: 'older-failed', roomId });
  }

  /** Asks for what follows the part of the past that is shown, unless that is on its way. */
  async newer(): Promise<void> {
    const signed = this.#signed;
    const { happen, state } = this.#holder;
    const { past, link } = state();
    if (signed?.api === undefined || past?.to === undefined || past.newer !== 'more') return;
    if (link.phase !== 'online') return; // it would be asked for in vain with each step of the reader
    const { roomId, to: after } = past;
    happen({ type: 'newer-asked' });
    const page = await signed.api.newer(roomId, after).catch(() => undefined);
    if (this.#signed === signed)
      happen(page ? { type: 'newer-came', after, ...page } : { type: 'newer-failed' });
  }

  /** Asks for a message and what stands around it. */
  async goTo(roomId: string, messageId: string): Promise<void> {
    const signed = this.#signed;
    const page = await signed?.api?.around(roomId, messageId).catch(() => null);
    if (this.#signed !== signed) return;
    if (page) this.#holder.happen({ type: 'past-came', roomId, ...page });
    else this.#notice(page === null ? words().olderFailed : words().quoteGone);
  }

  /** @throws when the service does not answer */
  async search(roomId: string, text: string): Promise<Found> {
    return (await this.#signed?.api?.search(roomId, text)) ?? { messages: [], more: false };
  }

  /** What asks over HTTP; nothing while nobody is signed in. */
  get api(): Api | undefined {
    return this.#signed?.api;
  }

  /** What changes messages; nothing while nobody is signed in. */
  get changes(): Changes | undefined {
    return this.#signed?.changes;
  }

  /** Asks for a message that another one answers, once. */
  original(roomId: string, messageId: string): void {
    this.#signed?.originals?.ask(roomId, messageId);
  }

  /** Somebody writes in the room that is shown, or has stopped. */
  type(typing: boolean): void {
    this.#signed?.company.type(typing);
  }

  /** The page shows another state. */
  shown(state: ChatState): void {
    if (state.user === undefined) return;
    this.#signed?.company.look(state.current, directRooms(state));
    this.#signed?.marks.look(state);
    this.#signed?.notifications.look(state);
    this.#signed?.presence.look(state);
  }

  /** Somebody did something at the page, if only to read. */
  active(): void {
    this.#signed?.presence.active();
  }

  /** Sends to the room that is shown: now, or when there is a connection. */
  say(content: string, extras: Extras = {}): void {
    const key = this.#world.newKey();
    this.#holder.happen({ type: 'composed', key, content, extras, at: this.#world.now() });
    this.#signed?.own.send(key);
  }

  retry(key: string): void {
    this.#holder.happen({ type: 'step', key, step: 'retry' });
    this.#signed?.own.send(key);
  }

  #end(): void {
    const signed = this.#signed;
    this.#signed = undefined;
    signed?.lists.end();
    signed?.own.end();
    signed?.company.end();
    signed?.marks.end();
    signed?.originals?.end();
    void signed?.client.deactivate();
  }

  #show(roomId: string): void {
    this.#holder.happen({ type: 'room-opened', roomId, at: this.#world.now() });
    this.#joinRooms();
  }

  #drop(roomId: string): void {
    this.#holder.happen({ type: 'room-left', roomId, mayBeLast: !this.#config().open });
    this.#joinRooms();
  }

  #listed(happening: Happening): void {
    const state = this.#holder.state();
    const { type } = happening;
    if (type === 'room-changed') this.#say(sentenceOf(happening, state.user));
    if (type === 'rooms-told') sentencesOfGone(state, happening).map((sentence) => this.#say(sentence));
    const isOfRooms = type === 'rooms-told' || type === 'room-changed';
    this.#holder.happen(isOfRooms ? { ...happening, at: this.#world.now() } : happening);
    if (isOfRooms) this.#joinRooms();
  }

  #say(sentence: RoomSentence | undefined): void {
    if (sentence) this.#holder.happen({ type: 'notice', key: this.#world.newKey(), ...sentence });
  }

  #told(error: ClientError): void {
    const wasIn = this.#holder.state().lostAt !== undefined;
    const refusal = refusalWords(error, this.#config().signIn, wasIn);
    if (refusal !== undefined) this.signOut(refusal);
    else this.#notice(troubleWords(error));
  }

  #linked(phase: Phase, name: string): void {
    const link: LinkPhase = phase.phase === 'online' ? { ...phase, user: phase.user ?? name } : phase;
    this.#holder.happen({ type: 'link', link, at: this.#world.now() });
    if (link.phase === 'online') this.#signed?.originals?.again();
  }

  #openRooms(client: StompwireClient, config: WireConfig): RoomSubscriptions {
    return new RoomSubscriptions(client, config, {
      arrived: (message) => this.#arrived(message),
      gap: (roomId) => this.#holder.happen({ type: 'gap', roomId, at: this.#world.now() }),
      refused: (roomId, error) => {
        this.#notice(troubleWords(error));
        if (error.code === 'no-access') this.#drop(roomId);
      },
    });
  }

  /** Makes the subscriptions those of the room list. */
  #joinRooms(): void {
    this.#signed?.rooms.keep(this.#holder.state().rooms.map(({ roomId }) => roomId));
  }

  #arrived({ body, headers }: IMessage): void {
    const place = this.#config().resume ? headers['message-id'] : undefined;
    const arrival = readArrival(body, this.#world.now(), place);
    if (arrival?.kind === 'message') {
      this.#holder.happen({ type: 'delivered', message: arrival.message });
      this.#signed?.notifications.arrived(arrival.message, this.#holder.state());
    }
    if (arrival?.kind === 'reaction') this.#holder.happen({ type: 'reacted', mark: arrival.mark });
    if (arrival?.kind === 'amendment') this.#holder.happen({ type: 'amended', amendment: arrival.amendment });
  }

  #notice(text: string): void {
    this.#holder.happen({ type: 'notice', key: this.#world.newKey(), text });
  }
}
