// PORT: puts what a client of another broker writes as this server has it.
import type { Frame, Version } from '../../../frames/index.ts';

/** Of a session, what a translation may depend on; what it remembers of one it forgets with it. */
export interface TranslatedSession {
  readonly id: string;
  readonly version: Version;
}

/** Changes a client's frame in its place. What it throws refuses the frame. */
export type Translate = (frame: Frame, session: TranslatedSession) => void;
