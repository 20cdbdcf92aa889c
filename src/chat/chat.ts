// The chat service: rooms over the library's public face, and the page that people see.
import type { Server } from '../index.ts';
import { addMappings } from './mappings.ts';
import { addPage } from './page.ts';

/** Puts the chat on a server; call it before `start`. */
export function installChat(server: Server): void {
  addMappings(server);
  addPage(server);
}
