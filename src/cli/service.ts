// The service that `serve` runs: the broker with the chat on top of it.
import { installChat } from '../chat/chat.ts';
import type { Config } from '../config/config.ts';
import { createServer } from '../index.ts';
import type { Service } from './serve.ts';
import { keepYoungGeneration } from './young-generation.ts';

/** Puts the service together; nothing is opened before its `start()`. */
export function openService(config: Config): Service {
  const server = createServer(config);
  installChat(server);
  server.http.addHook('onListen', keepYoungGeneration);
  return server;
}
