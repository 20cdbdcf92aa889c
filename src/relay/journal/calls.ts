// What the queues ask of the thread of their journal, as plain data.

/** A message on its way to the disk, or from there; its envelope stands among the others. */
export type Head = readonly [
  id: number,
  priority: number,
  expires: number | null,
  deliveries: number,
  bytes: number,
];

/** Messages, in the order of their ids, with all envelopes in one piece of memory that is handed over. */
export interface Packed {
  readonly heads: readonly Head[];
  readonly envelopes: Uint8Array<ArrayBuffer>;
}

/** What is written together. */
export interface Changes {
  readonly added: Packed;
  readonly gone: readonly number[];
  /** What stands anew in the place of messages. */
  readonly changed: Packed;
  /** Id and deliveries. */
  readonly tried: readonly (readonly [number, number])[];
  /** Queue and source; no source: it is no longer filled. */
  readonly bound: readonly (readonly [string, string | undefined])[];
  /** Queue and what was said of it, as JSON; nothing: nothing is any more. */
  readonly declared: readonly (readonly [string, string | undefined])[];
}

/** What the thread does. */
export interface JournalCalls {
  commit(changes: Changes): void;
  /** Messages behind an id. */
  kept(after: number): Packed;
  bindings(): { readonly queue: string; readonly source: string }[];
  declared(): { readonly queue: string; readonly terms: string }[];
}
