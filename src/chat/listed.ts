// Long lists, part by part.

/** A part of a list. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  /** Goes on behind this part; `undefined`: there is nothing more. */
  readonly next: string | undefined;
}

/** Which part of a list: at most `limit` items, 1 to 200, behind `after`, the `next` of the part before. */
export interface ListAsked {
  readonly limit: number;
  readonly after?: string | undefined;
}
