// What a run saw: what was sent, what each client was told of each room, and what the store held in the end.

/** Ticks of one counter of the run: what has the smaller one had happened when the other began. */
export type Tick = number;

/** What a RECEIPT stands for, the weakest first. */
export const levels = ['accepted', 'brokered', 'replicated', 'stored'] as const;
export type Level = (typeof levels)[number];

/** One message that a publisher wanted to get into a room; with a key it may have been sent many times. */
export interface Sending {
  readonly publisher: string;
  readonly room: string;
  /** Unlike that of any other. */
  readonly text: string;
  readonly level: Level;
  /** When it was first sent. */
  readonly begun: Tick;
  /** When its RECEIPT came; `undefined`: none did. */
  readonly receipted: Tick | undefined;
}

/** One thing that a client saw of a room. */
export type Seen =
  /** It asked, from `first`, `last-N`, a message-id, or with nothing of that. */
  | { readonly kind: 'asked'; readonly from: string | undefined; readonly tick: Tick }
  /** Its SUBSCRIBE was receipted. */
  | { readonly kind: 'answered'; readonly resume: string | undefined; readonly tick: Tick }
  | { readonly kind: 'message'; readonly id: string; readonly body: string; readonly discontinuity: boolean }
  /** Its SUBSCRIBE was refused. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The connection or the subscription ended; what it heard is all it will hear before it asks again. */
  | { readonly kind: 'cut' };

export type SeenMessage = Extract<Seen, { kind: 'message' }>;

/** Everything that one client saw of one room, in order. */
export interface View {
  readonly client: string;
  readonly room: string;
  readonly seen: readonly Seen[];
}

/** A message as the store holds it. */
export interface Kept {
  readonly room: string;
  readonly epoch: number;
  readonly seq: number;
  readonly body: string;
}

export interface History {
  readonly sendings: readonly Sending[];
  /** All clients must have heard all there is when the run ended, the last of it sent after the last crash. */
  readonly views: readonly View[];
  /** What the store holds after the run, in its own order; `undefined`: nobody looked. */
  readonly store: readonly Kept[] | undefined;
  /** Which sending a body comes from. */
  readonly textOf: (body: string) => string;
}

/** What the run was promised. */
export interface Terms {
  /** Whether a gap is a fault even when it was told. */
  readonly gaps: 'never' | 'told';
  /** The weakest level whose receipted messages may not be lost. */
  readonly keeps: Level;
  /** Codes with which a SUBSCRIBE may be refused, to be tried again. */
  readonly refusals?: readonly string[];
}

/** What is wrong, and where. */
export interface Fault {
  readonly kind: FaultKind;
  readonly room: string;
  /** In one sentence, with the positions. */
  readonly what: string;
}

export type FaultKind =
  /** A message-id that is no position, or names another room. */
  | 'foreign-id'
  /** One position, two bodies: among clients, or between a client and the store. */
  | 'two-bodies'
  /** A message that nobody sent, or that was sent elsewhere. */
  | 'foreign-message'
  /** Positions that a client did not hear and was not told of. */
  | 'gap'
  /** Heard by one client more than once. */
  | 'duplicate'
  /** Heard by one client behind a later one. */
  | 'reorder'
  /** The answer to SUBSCRIBE does not say what followed, or is missing. */
  | 'false-answer'
  /** A SUBSCRIBE that should have been taken. */
  | 'refused'
  /** Said to be gone while the store has it. */
  | 'skipped'
  /** One sending at several positions. */
  | 'twice'
  /** Receipted, and nowhere. */
  | 'lost'
  /** Begun after another was receipted, and yet before it in the order of the room. */
  | 'overtaken'
  /** Receipted as stored, or heard by clients, and not in the store. */
  | 'not-stored'
  /** One position or one sending in the store more than once. */
  | 'stored-twice'
  /** The store lacks a position before one that it has. */
  | 'hole-in-store';
