// What somebody says goes out under its key, now or when there is a connection, until the service confirms or refuses it.
import type { ClientError, StompwireClient, World } from '../../client/index.ts';
import type { DeliveryStep } from '../model/delivery.ts';
import type { Unsent } from '../model/room-log.ts';
import { find, type StateHolder } from '../model/state.ts';
import type { WireConfig } from './config.ts';

/** After so many milliseconds nothing is sent again by itself: the service knows a key for ten minutes. */
export const PATIENCE = 9 * 60_000;

/** What own messages of one sign-in stand on. */
export interface OwnMessagesParts {
  readonly client: StompwireClient;
  readonly config: WireConfig;
  readonly holder: StateHolder;
  readonly now: World['now'];
  /** Is told why a message was refused. */
  readonly refused: (reason: string) => void;
}

export class OwnMessages {
  readonly #parts: OwnMessagesParts;
  #ended = false;

  constructor(parts: OwnMessagesParts) {
    this.#parts = parts;
  }

  /** Shows what this tab had not seen confirmed when it was loaded anew, and goes on with it where that does no harm. */
  restore(out: Unsent): void {
    const { config, holder, now } = this.#parts;
    const isYoung = config.resume && now() - out.composedAt < PATIENCE;
    holder.happen({ type: 'restored', ...out, delivery: isYoung ? 'interrupted' : 'unconfirmed' });
    if (isYoung && find(holder.state(), out.roomId)) this.#send(out, out.composedAt);
  }

  /** Sends what waits in some room under a key. */
  send(key: string): void {
    const waiting = this.#parts.holder.state().rooms.flatMap((room) => room.outgoing);
    const out = waiting.find((one) => one.key === key);
    if (out) this.#send(out);
  }

  /** What becomes of what is under way is shown to nobody any more. */
  end(): void {
    this.#ended = true;
  }

  #send({ key, roomId, content, replyTo, mentions, attachments }: Unsent, since?: number): void {
    const { client, config } = this.#parts;
    const headers = { 'content-type': 'application/json' };
    client
      .send(
        `${config.appPrefix}/chat-room/${roomId}/send`,
        JSON.stringify({ content, replyTo, mentions, attachments }),
        { headers, key, ...(since !== undefined && { since }) },
      )
      .then(
        () => this.#answered(key, 'receipt'),
        ({ message, mayHaveArrived }: ClientError) =>
          mayHaveArrived ? this.#answered(key, 'doubt') : this.#answered(key, 'refusal', message),
      );
  }

  #answered(key: string, step: DeliveryStep, reason?: string): void {
    if (this.#ended) return;
    const { holder, refused } = this.#parts;
    holder.happen({ type: 'step', key, step, ...(reason === undefined ? {} : { reason }) });
    if (reason !== undefined) refused(reason);
  }
}
