// Saying something in a room: one way for everybody, whether it comes as a frame or as a request.
import type { HistoryAsked, HistoryMessage, Server, Soon } from '../index.ts';
import type { RoomAccess } from './access.ts';
import { type ChatMessage, messageOf, type Said } from './message.ts';
import { checkedExtras, hasExtras } from './messages/extras.ts';
import { type FoldedMessage, foldedOne, foldedPage } from './messages/folded.ts';
import type { Gathering } from './messages/gathering.ts';
import { messageNamed, messageNumbered, unknownMessage } from './messages/original.ts';
import type { Pace } from './messages/pace.ts';
import { checkedRoomId, type Rooms } from './rooms.ts';

/** What messages stand on. */
export interface MessagesParts {
  readonly server: Pick<Server, 'publish' | 'history'>;
  readonly access: RoomAccess;
  readonly rooms: Rooms;
  /** The prefix under which rooms fan out. */
  readonly topic: string;
  /** How fast one user may say something in one room; none: as fast as may be. */
  readonly pace?: Pace;
  readonly gathering: Gathering;
}

/** What became of something that was said. */
export interface Published {
  readonly message: ChatMessage;
  /** Its place; none where nothing is logged. */
  readonly messageId: string | undefined;
  readonly number: number | undefined;
  /** Its key was known: the message is in the history, and was not said again. */
  readonly stored: HistoryMessage | undefined;
}

/** The messages of all rooms. */
export class Messages {
  readonly #parts: MessagesParts;

  constructor(parts: MessagesParts) {
    this.#parts = parts;
  }

  /** Where the messages of a room are published. */
  destinationOf(roomId: string): string {
    return `${this.#parts.topic}/chat-room/${roomId}`;
  }

  /**
   * The message that somebody says, once it is known that this one may.
   *
   * @throws {ChatProblem} `no-such-room`, `no-access`; `bad-request`, `no-such-message`: what it has beside its text
   * @throws {StompwireError} `rate-limited`
   */
  make(roomId: string, sender: string, said: Said): Soon<ChatMessage> {
    const { access, pace, gathering } = this.#parts;
    checkedRoomId(roomId); // what is none is not remembered
    pace?.take(roomId, sender);
    gathering.said(roomId);
    if (!hasExtras(said) && access.isKnownToWrite(roomId, sender)) return messageOf(roomId, sender, said);
    return this.#made(roomId, sender, said);
  }

  async #made(roomId: string, sender: string, said: Said): Promise<ChatMessage> {
    await this.#firstOf(roomId, sender);
    if (!hasExtras(said)) return messageOf(roomId, sender, said);
    const { server, access } = this.#parts;
    const place = { roomId, destination: this.destinationOf(roomId) };
    return messageOf(roomId, sender, await checkedExtras({ history: server.history, access }, place, said));
  }

  /** A page of what was said, as it is now. @param user - whose reactions are marked as such */
  page(
    roomId: string,
    asked: HistoryAsked,
    user?: string,
  ): Promise<{ readonly messages: readonly FoldedMessage[]; readonly next: string | undefined }> {
    const { server, gathering } = this.#parts;
    const destinationOf = (id: string): string => this.destinationOf(id);
    return foldedPage({ history: server.history, gathering, destinationOf }, roomId, asked, user);
  }

  /**
   * One message, as a page shows it: as it is now, and what only changes another one is none.
   *
   * @param name - its message-id, or its number in digits
   * @throws {ChatProblem} `no-such-message`
   */
  async one(roomId: string, name: string, user: string): Promise<FoldedMessage> {
    const { server, gathering } = this.#parts;
    const at = await messageNamed(server.history, this.destinationOf(roomId), name);
    const one = await foldedOne(gathering, roomId, at, user);
    if (one === undefined) throw unknownMessage(name);
    return one;
  }

  /**
   * Says something for somebody who has no session.
   *
   * @param idempotencyKey - said again under it, nothing is said again
   * @throws {ChatProblem} as {@link make} does
   */
  async say(roomId: string, sender: string, said: Said, idempotencyKey?: string): Promise<Published> {
    const { server } = this.#parts;
    const message = await this.make(roomId, sender, said);
    const destination = this.destinationOf(roomId);
    const { messageId, number, again } = await server.publish(destination, message, {
      sender,
      idempotencyKey: idempotencyKey === undefined ? undefined : `say ${idempotencyKey}`, // changes have keys as well
    });
    const stored =
      again && number !== undefined ? await messageNumbered(server.history, destination, number) : undefined;
    return { message, messageId, number, stored };
  }

  /** An open room is there from its first message. */
  async #firstOf(roomId: string, sender: string): Promise<void> {
    const { access, rooms } = this.#parts;
    const { room } = await access.assertWrites(roomId, sender);
    if (room === undefined) await rooms.used(roomId);
  }
}
