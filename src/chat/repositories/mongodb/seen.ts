// The shelf of who was last there when, in MongoDB.
import type { SeenAt, SeenShelf } from '../../live-repository.ts';
import type { Ask } from './keys.ts';
import { seenIn } from './schema.ts';

export function seenShelf(ask: Ask): SeenShelf {
  return {
    saw: (seen) =>
      ask(async (db) => {
        const further = seen.map(([key, at]) => ({
          updateOne: { filter: { _id: key }, update: { $max: { at } }, upsert: true },
        }));
        if (further.length > 0) await seenIn(db).bulkWrite(further, { ordered: false });
      }),
    forget: (since, most) =>
      ask(async (db) => {
        const [beyond] = await seenIn(db).find().sort({ at: -1 }).skip(most).limit(1).toArray();
        const last = Math.max(since - 1, beyond?.at ?? 0);
        await seenIn(db).deleteMany({ at: { $lte: last } });
      }),
    of: (keys) =>
      ask(async (db) => {
        const found = await seenIn(db)
          .find({ _id: { $in: [...keys] } })
          .toArray();
        return found.map(({ _id, at }): SeenAt => [_id, at]);
      }),
  };
}
