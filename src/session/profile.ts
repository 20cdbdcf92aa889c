// PORT: whose clients need no change of their own: how what they write is put as this server has it.
import type { Frame, Version } from '../../frames/index.ts';

/** Of a session, what a translation may depend on. */
export interface TranslatedSession {
  readonly id: string;
  readonly version: Version;
}

/** What is different for clients of another broker. */
export interface Profile {
  /** Whether `/queue` is one more prefix under which messages fan out. */
  readonly queuesFanOut: boolean;
  /** Whether every MESSAGE of a queue says if it was delivered before, and not only one that was. */
  readonly tellsRedelivered: boolean;
  /**
   * Changes the headers of a client's frame in their place, before anything else looks at it: how destinations are
   * written, what headers are called, what holds when nothing is said. What it throws refuses the frame.
   */
  readonly translate?: (frame: Frame, session: TranslatedSession) => void;
}

const own: Profile = { queuesFanOut: false, tellsRedelivered: false };

/** The profiles, by the words of the option `compat`. */
export const profiles: Readonly<Record<'none' | 'spring' | 'rabbitmq' | 'activemq', Profile>> = {
  none: own,
  spring: { ...own, queuesFanOut: true },
  rabbitmq: { ...own, tellsRedelivered: true },
  activemq: own,
};
