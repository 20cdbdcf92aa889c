// Takes the upgrades of an application's HTTP server through its routes, so that its hooks see them.
import type { Buffer } from 'node:buffer';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { handshakeOf, refuse } from '../transport/upgrade.ts';

/** An upgrade on its way through the application's hooks. */
interface Pending {
  readonly socket: Socket;
  readonly head: Buffer;
}

type Listener = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/** The listeners of all plugins: what none of them wants, and nobody else listens for, is a request like any other. */
const ours = new WeakSet<object>();

/** The upgrades of one plugin's endpoints. */
export class Upgrades {
  readonly #application: FastifyInstance;
  readonly #endpoints: readonly string[];
  readonly #pending = new WeakMap<IncomingMessage, Pending>();
  readonly #seen = new WeakSet<IncomingMessage>();

  constructor(application: FastifyInstance, endpoints: readonly string[]) {
    this.#application = application;
    this.#endpoints = endpoints;
  }

  /** Listens before others do: `@fastify/websocket` takes all that has not been taken. */
  listen(): void {
    ours.add(this.#listener);
    this.#application.server.prependListener('upgrade', this.#listener);
  }

  /** Whether a request is an upgrade of ours, be it under way or done. */
  has(request: IncomingMessage): boolean {
    return this.#seen.has(request);
  }

  /** Takes an upgrade out of the application's hands, once; afterwards nobody else may touch its socket. */
  take(reply: FastifyReply, open: (request: IncomingMessage, socket: Socket, head: Buffer) => boolean): void {
    const request = reply.request.raw;
    const pending = this.#pending.get(request);
    reply.hijack();
    if (pending === undefined) return;
    this.#pending.delete(request);
    const { socket, head } = pending;
    reply.raw.detachSocket(socket);
    if (!open(request, socket, head)) refuse(socket, 404, 'no endpoint here');
    socket.off('error', destroy);
  }

  readonly #listener: Listener = (request, socket, head) => {
    const { path } = handshakeOf(request);
    const own = this.#endpoints.some((endpoint) => path === endpoint || path.startsWith(`${endpoint}/`));
    if (own) {
      this.#seen.add(request);
      this.#pending.set(request, { socket, head });
    }
    if (own || this.#isLast()) route(this.#application, request, socket);
  };

  /** Without our listeners the application would answer such a request itself. */
  #isLast(): boolean {
    const listeners = this.#application.server.listeners('upgrade');
    return listeners.every((one) => ours.has(one)) && listeners.at(-1) === this.#listener;
  }
}

function route(application: FastifyInstance, request: IncomingMessage, socket: Socket): void {
  const response = new ServerResponse(request);
  socket.on('error', destroy);
  response.shouldKeepAlive = false; // the parser of requests has let go of the socket
  response.assignSocket(socket);
  response.once('finish', () => socket.end(() => socket.destroy()));
  application.routing(request, response);
}

function destroy(this: Socket): void {
  this.destroy();
}
