// Changes of what was said: other words, none at all, an emoji under it. Each is told to everybody, or refused.
import type { ClientError, StompwireClient } from '../../client/index.ts';

export class Changes {
  readonly #client: StompwireClient;
  readonly #appPrefix: string;
  readonly #refused: (reason: string) => void;

  constructor(client: StompwireClient, appPrefix: string, refused: (reason: string) => void) {
    this.#client = client;
    this.#appPrefix = appPrefix;
    this.#refused = refused;
  }

  edit(roomId: string, of: string, content: string): void {
    this.#send(`${roomId}/edit`, { of, content });
  }

  delete(roomId: string, of: string): void {
    this.#send(`${roomId}/delete`, { of });
  }

  /** @param on - whether the emoji is there, or is taken away */
  react(roomId: string, of: string, emoji: string, on: boolean): void {
    this.#send(`${roomId}/react`, { of, emoji, on });
  }

  #send(path: string, body: object): void {
    const headers = { 'content-type': 'application/json' };
    this.#client
      .send(`${this.#appPrefix}/chat-room/${path}`, JSON.stringify(body), { headers })
      .catch(({ message }: ClientError) => this.#refused(message));
  }
}
