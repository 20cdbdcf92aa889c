// How a database of an older version comes to have the collections and indexes of this one.
import type { Db } from 'mongodb';
import { StompwireError } from '../errors.ts';

/** Brings a schema from one version to the next; may be run again when it was interrupted. */
export type Migration = (db: Db) => Promise<void>;

/** What has a schema of its own in a database that others may share. */
export interface Schema {
  /** Such as `the history`. */
  readonly name: string;
  /** The collection that knows the version. */
  readonly state: string;
  readonly steps: readonly Migration[];
}

interface VersionDocument {
  readonly _id: 'schema';
  readonly version?: number;
}

/**
 * Makes the schema, or brings it to the version of this program; several may try at the same time.
 *
 * @throws {StompwireError} `history-unavailable` when a newer program has made it
 */
export async function migrate(db: Db, { name, state, steps }: Schema): Promise<void> {
  const versions = db.collection<VersionDocument>(state);
  const found = (await versions.findOne({ _id: 'schema' }))?.version ?? 0;
  if (found > steps.length)
    throw new StompwireError(
      'history-unavailable',
      `${name} has version ${found} of its schema, which a newer stompwire made; this one knows ${steps.length}`,
    );
  for (let version = found; version < steps.length; version++) {
    await steps[version]!(db);
    await versions.updateOne({ _id: 'schema' }, { $max: { version: version + 1 } }, { upsert: true });
  }
}
