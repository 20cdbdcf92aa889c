// A server that speaks as much of Redis as a test says: what each command is answered with, and what it is told unasked.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** One connection to it. */
export interface Speaking {
  readonly socket: Socket;
  /** Writes replies, or what was not asked for; each in the words of the protocol. */
  say(...replies: readonly string[]): void;
}

/** What a command is answered with; `undefined`: nothing, or later by itself. */
export type Answer = (words: readonly string[], to: Speaking) => string | undefined;

/** A text as a reply. */
export const text = (of: string): string => `$${Buffer.byteLength(of)}\r\n${of}\r\n`;

/** Several replies as one. */
export const list = (...of: readonly string[]): string => `*${of.length}\r\n${of.join('')}`;

/** What was not asked for, or begins to be. */
export const push = (...of: readonly string[]): string => `>${of.length}\r\n${of.join('')}`;

export class ScriptedRedis {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  static async listen(answer: Answer): Promise<ScriptedRedis> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {}); // its end is enough
      speak(socket, answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ScriptedRedis(server, sockets);
  }

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Ends all connections; others can be made. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }
}

function speak(socket: Socket, answer: Answer): void {
  const to: Speaking = { socket, say: (...replies) => void socket.write(replies.join('')) };
  let heard = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    heard += chunk;
    for (let next = commandOf(heard); next !== undefined; next = commandOf(heard)) {
      heard = heard.slice(next.length);
      const reply = answer(next.words, to);
      if (reply !== undefined) to.say(reply);
    }
  });
}

/** The first command, if it is whole: `*<words>`, and of each word `$<length>` and itself. All are ASCII here. */
function commandOf(
  heard: string,
): { readonly words: readonly string[]; readonly length: number } | undefined {
  const [, count] = /^\*(\d+)\r\n/.exec(heard) ?? [];
  if (count === undefined) return undefined;
  const words: string[] = [];
  let at = heard.indexOf('\n') + 1;
  while (words.length < Number(count)) {
    const [head, length] = /^\$(\d+)\r\n/.exec(heard.slice(at)) ?? [];
    if (head === undefined || heard.length < at + head.length + Number(length) + 2) return undefined;
    words.push(heard.slice(at + head.length, at + head.length + Number(length)));
    at += head.length + Number(length) + 2;
  }
  return { words, length: at };
}
