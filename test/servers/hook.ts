// An HTTP server to which something is posted, on a port of its own.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Changing } from '../contracts/transport-sides.ts';

export abstract class Hook extends Changing {
  readonly #server = createServer(async (request, response) => {
    this.came(response);
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.posted(request, body, response);
    this.changed();
  });

  /** A request begins. */
  protected came(_response: ServerResponse): void {}

  /** All of it is here; it is to be answered. */
  protected abstract posted(request: IncomingMessage, body: string, response: ServerResponse): void;

  /** @returns where to post */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
