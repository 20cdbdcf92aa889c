// What every route of the chat stands on.
import type { FastifyInstance } from 'fastify';
import type { Server } from '../../index.ts';
import type { RoomParts } from '../mappings.ts';
import type { Changes } from '../messages/changes.ts';
import type { Asking } from './asking.ts';

/** What routes stand on. */
export interface RestParts extends RoomParts {
  /** Whether a room is there from its first use, for everybody. */
  readonly open: boolean;
  readonly server: Server;
  readonly asking: Asking;
  readonly changes: Changes;
}

/** Adds routes under `/api/chat`. */
export type Routes = (http: FastifyInstance, parts: RestParts) => void;
