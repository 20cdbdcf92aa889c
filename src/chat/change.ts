// What can be changed of a message that was said, and what has become of it.

/** A change, as it stands in the log of its room. */
export interface Change {
  /** The number of the message that was changed. */
  readonly of: number;
  /** Its own number. */
  readonly number: number;
  readonly by: string;
  /** Milliseconds since the epoch of Unix. */
  readonly at: number;
  readonly kind: 'EDIT' | 'DELETE' | 'REACTION';
  /** What an edit says instead. */
  readonly content?: string | undefined;
  /** What a reaction is, and whether it is there. */
  readonly emoji?: string | undefined;
  readonly on?: boolean | undefined;
}

/** How many have reacted so, and who. */
export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  /** At most 50 of them by name: who asks first, then in the order in which they did. */
  readonly users: readonly string[];
  /** Whether who asks is among them. */
  readonly mine: boolean;
}

/** What has become of a message. */
export interface Changed {
  /** The number of the message. */
  readonly of: number;
  /** The edits, by their numbers, the oldest first; what the last one says counts. */
  readonly edits: readonly number[];
  readonly content: string | undefined;
  readonly editedAt: number | undefined;
  readonly deleted: boolean;
  /** It is an edit itself: of one that was taken away with its message nothing else says so. */
  readonly isEdit: boolean;
  /** In the order of the emojis, by code point. */
  readonly reactions: readonly Reaction[];
}

/** A change as it is kept: of one kind and name there is one. */
export interface KeptChange {
  readonly of: number;
  readonly name: string;
  readonly number: number;
  readonly at: number;
  readonly text: string | undefined;
}

/**
 * What there is one of: each edit for itself, for all are taken away with their message, and that it is one; the
 * deletion; and of each user and emoji, whether it is there.
 */
export function keptOf({ of, number, at, kind, by, content, emoji = '', on = true }: Change): KeptChange[] {
  const one = { of, number, at, text: undefined };
  if (kind === 'DELETE') return [{ ...one, name: 'D' }];
  if (kind === 'REACTION') return [{ ...one, name: `R${emoji}\n${by}`, text: on ? 'on' : undefined }];
  return [
    { ...one, name: `E${number}`, text: content },
    { ...one, of: number, name: 'A' },
  ];
}

/** The messages whose words may have to go: of one that is deleted no edit's are kept, whichever came first. */
export function withWords(changes: readonly Change[]): number[] {
  return [...new Set(changes.filter(({ kind }) => kind !== 'REACTION').map(({ of }) => of))];
}

/** Of each message the last edit: its words count, those of the others nobody need read. */
export function lastEdits<Kept extends Pick<KeptChange, 'of' | 'name' | 'number'>>(
  kept: readonly Kept[],
): Kept[] {
  const last = new Map<number, Kept>();
  for (const one of kept) {
    if (!one.name.startsWith('E')) continue;
    const known = last.get(one.of);
    if (known === undefined || known.number < one.number) last.set(one.of, one);
  }
  return [...last.values()];
}

/** Puts together what is kept of messages; of their edits the last one has its text. */
export function changedOf(kept: readonly KeptChange[], user?: string): Changed[] {
  const byMessage = new Map<number, KeptChange[]>();
  for (const one of kept) {
    const known = byMessage.get(one.of);
    if (known === undefined) byMessage.set(one.of, [one]);
    else known.push(one);
  }
  return Array.from(byMessage, ([of, all]) => {
    const edits = all.filter(({ name }) => name.startsWith('E')).sort((a, b) => a.number - b.number);
    const last = edits.at(-1);
    return {
      of,
      edits: edits.map(({ number }) => number),
      content: last?.text,
      editedAt: last?.at,
      deleted: all.some(({ name }) => name === 'D'),
      isEdit: all.some(({ name }) => name === 'A'),
      reactions: reactionsOf(all, user),
    };
  });
}

/** So many are named of each kind of reaction. */
const mostNamed = 50;

function reactionsOf(all: readonly KeptChange[], user: string | undefined): Reaction[] {
  const found = new Map<string, string[]>();
  for (const { name, text } of all.toSorted((a, b) => a.number - b.number)) {
    if (!name.startsWith('R') || text === undefined) continue;
    const [emoji = '', by = ''] = name.slice(1).split('\n');
    const known = found.get(emoji);
    if (known === undefined) found.set(emoji, [by]);
    else if (by === user) known.unshift(by);
    else known.push(by);
  }
  return Array.from(found, ([emoji, by]) => reactionOf(emoji, by, user)).sort((a, b) =>
    Buffer.compare(Buffer.from(a.emoji), Buffer.from(b.emoji)),
  );
}

function reactionOf(emoji: string, by: readonly string[], user: string | undefined): Reaction {
  const mine = user !== undefined && by.includes(user);
  return { emoji, count: by.length, users: by.slice(0, mostNamed), mine };
}
