// Changing what was said: edits, deletions and reactions, each a message of its own that names the original.
import type { Server } from '../../index.ts';
import type { RoomAccess } from '../access.ts';
import type { Changed } from '../change.ts';
import { type ChatMessage, messageIn, messageOf, type Said } from '../message.ts';
import { ChatProblem } from '../problem.ts';
import { checkedRoomId } from '../rooms.ts';
import type { Gathering } from './gathering.ts';
import { messageNumbered, type Original, originalOf } from './original.ts';
import type { Pace } from './pace.ts';

/** What changes stand on. */
export interface ChangesParts {
  readonly server: Pick<Server, 'publish' | 'history'>;
  readonly access: RoomAccess;
  readonly gathering: Gathering;
  readonly pace: Pace;
  readonly destinationOf: (roomId: string) => string;
}

/** A change as it was published. */
export type PublishedChange = ChatMessage & {
  readonly messageId: string | undefined;
  readonly number: number | undefined;
};

/** A message is edited so often at most: each edit is kept until the message is deleted. */
const mostEdits = 100;
/** So many emojis stand under one message at most. */
const mostEmojis = 50;

const oneEmoji = /\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\uFE0F?\u20E3/u;
const characters = new Intl.Segmenter();

/** Edits, deletes and marks messages. */
export class Changes {
  readonly #parts: ChangesParts;

  constructor(parts: ChangesParts) {
    this.#parts = parts;
  }

  /**
   * Says something else in the place of what was said. Without a version the edit of the highest position counts.
   *
   * @param ifVersion - the number of the last edit that is known, or of the message itself: only what it follows at once
   *   is changed. The log decides, by a key that stands for that version: of two that come at once one is first. Asked
   *   for again with the words that stand there, it is answered as the first time.
   * @throws {ChatProblem} `no-such-room`, `no-access`, `no-such-message`, `message-changed`, `bad-request`
   */
  async edit(roomId: string, user: string, change: Edit): Promise<PublishedChange> {
    const original = await this.#asked(roomId, user, change.of);
    const { number } = original;
    if (original.message === undefined) throw deleted(change.of);
    if (original.sender !== user) throw new ChatProblem('no-access', 'only who said something edits it');
    const edits = await this.#editsOf(roomId, original);
    const version = edits.at(-1) ?? number;
    const { ifVersion } = change;
    if (ifVersion !== undefined && ifVersion !== version)
      return this.#editedBefore(roomId, change, edits[[number, ...edits].indexOf(ifVersion)], version);
    if (edits.length >= mostEdits)
      throw new ChatProblem('bad-request', `a message is edited ${mostEdits} times at most`);
    const said: Said = { content: change.content, messageType: 'EDIT', of: original.messageId };
    const done = await this.#publish(roomId, user, said, keyOf(number, change));
    if (done.again && ifVersion !== undefined)
      return this.#editedBefore(roomId, change, done.number, done.number);
    // who deletes looks for edits behind its own message; an edit that is behind that one finds it, and goes again
    if ((await this.#changedNow(roomId, number))?.deleted) {
      await this.#redact(roomId, [done.number]);
      throw deleted(change.of);
    }
    return done.published;
  }

  /**
   * What stands where an edit wanted to stand: the same, where it is the very edit that was asked for, and whoever asked
   * did not hear of it.
   *
   * @param number - of the edit that followed the version which was known; none: there is none
   */
  async #editedBefore(
    roomId: string,
    { of, content }: Edit,
    number: number | undefined,
    version: number,
  ): Promise<PublishedChange> {
    const edit = number === undefined ? undefined : await this.#published(roomId, number);
    if (edit?.content === content) return edit;
    throw changed(of, version);
  }

  /**
   * Takes back what was said: everybody is told, then it is gone with its edits from the log, the history and all that
   * is read of them. Only its author and the owners of the room may. Done again, it is done once.
   *
   * @throws {ChatProblem} `no-such-room`, `no-access`, `no-such-message`
   */
  async delete(roomId: string, user: string, of: string): Promise<PublishedChange> {
    const original = await this.#asked(roomId, user, of);
    const { number, messageId } = original;
    const { role } = await this.#parts.access.of(roomId, user);
    if (original.sender !== user && role !== 'owner')
      throw new ChatProblem('no-access', 'only who said something, and owners of the room, delete it');
    const said: Said = { content: '', messageType: 'DELETE', of: messageId };
    const done = await this.#publish(roomId, user, said, `delete ${number}`);
    const edits = (await this.#changedNow(roomId, number))?.edits ?? [];
    await this.#redact(roomId, [number, ...edits]);
    return done.published;
  }

  /**
   * Puts an emoji under a message, or takes it away. What is so already is not said again.
   *
   * @throws {ChatProblem} `no-such-room`, `no-access`, `no-such-message`, `bad-request`
   */
  async react(roomId: string, user: string, { of, emoji, on }: Mark): Promise<PublishedChange | undefined> {
    assertEmoji(emoji);
    const { number, message, messageId } = await this.#asked(roomId, user, of);
    const now = await this.#changedNow(roomId, number, user);
    if (message === undefined || now?.deleted) throw deleted(of);
    const known = now?.reactions.find((one) => one.emoji === emoji);
    if ((known?.mine ?? false) === on) return undefined;
    if (known === undefined && (now?.reactions.length ?? 0) >= mostEmojis)
      throw new ChatProblem('bad-request', `a message has ${mostEmojis} different reactions at most`);
    const said: Said = { content: '', messageType: 'REACTION', of: messageId, emoji, on };
    return (await this.#publish(roomId, user, said)).published;
  }

  async #asked(roomId: string, user: string, of: string): Promise<Original> {
    const { access, pace, server, destinationOf } = this.#parts;
    await access.assertWrites(checkedRoomId(roomId), user);
    pace.take(roomId, user);
    return originalOf(server.history, destinationOf(roomId), of);
  }

  /** @returns the edits that were made, the oldest first */
  async #editsOf(roomId: string, { number, messageId }: Original): Promise<readonly number[]> {
    const now = await this.#changedNow(roomId, number);
    if (now?.deleted) throw deleted(messageId);
    return now?.edits ?? [];
  }

  async #changedNow(roomId: string, number: number, user?: string): Promise<Changed | undefined> {
    return (await this.#parts.gathering.of(roomId, [number], user))[0];
  }

  async #publish(
    roomId: string,
    user: string,
    said: Said,
    idempotencyKey?: string,
  ): Promise<{ readonly published: PublishedChange; readonly again: boolean; readonly number: number }> {
    const { server, destinationOf } = this.#parts;
    const message = messageOf(roomId, user, said);
    const asked = { sender: user, idempotencyKey };
    const { messageId, number, again } = await server.publish(destinationOf(roomId), message, asked);
    const first = again && number !== undefined ? await this.#published(roomId, number) : undefined;
    return { published: first ?? { ...message, messageId, number }, again, number: number ?? 0 };
  }

  /** The change of a number, as it was published. */
  async #published(roomId: string, number: number): Promise<PublishedChange | undefined> {
    const { server, destinationOf } = this.#parts;
    const found = await messageNumbered(server.history, destinationOf(roomId), number);
    const message = found?.tombstone === undefined && found ? messageIn(found.body) : undefined;
    return message && { ...message, messageId: found!.messageId, number };
  }

  async #redact(roomId: string, numbers: readonly number[]): Promise<void> {
    const { server, destinationOf } = this.#parts;
    await Promise.all(numbers.map((number) => server.history.redact(destinationOf(roomId), number)));
  }
}

/** What an edit asks for. */
export interface Edit {
  /** The `messageId` of what was said, or its `number` in digits. */
  readonly of: string;
  readonly content: string;
  readonly ifVersion?: number | undefined;
  /** Asked for again under it, the message is not edited again. A version that is known serves as well. */
  readonly idempotencyKey?: string | undefined;
}

/** What a reaction asks for. */
export interface Mark {
  readonly of: string;
  readonly emoji: string;
  readonly on: boolean;
}

function assertEmoji(emoji: string): void {
  const isOne = emoji.length <= 32 && oneEmoji.test(emoji) && [...characters.segment(emoji)].length === 1;
  if (!isOne) throw new ChatProblem('bad-request', `emoji: give one, such as 👍`);
}

/** For an edit that names a version, that is its key: the log lets one of them in. */
function keyOf(number: number, { ifVersion, idempotencyKey }: Edit): string | undefined {
  if (ifVersion !== undefined) return `edit ${number} ${ifVersion}`;
  return idempotencyKey === undefined ? undefined : `edit ${number} as ${idempotencyKey}`;
}

const deleted = (of: string): ChatProblem =>
  new ChatProblem('no-such-message', `message ${JSON.stringify(of)} was deleted`);

const changed = (of: string, version: number): ChatProblem =>
  new ChatProblem(
    'message-changed',
    `message ${JSON.stringify(of)} was changed meanwhile: its version is ${version} now`,
    { version },
  );
