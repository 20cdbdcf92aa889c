// A process that appends to an embedded history and says what was confirmed, until it is killed.
import { Buffer } from 'node:buffer';
import { SqliteStore } from '../../src/history/stores/sqlite.ts';
import { recordOf } from './history-records.ts';
import { tell } from './tell.ts';

const [file = '', rooms = '4', inFlight = '8'] = process.argv.slice(2);
const store = new SqliteStore({ file });
await store.open();
const { epoch } = await store.upkeep.begin();
tell(`epoch ${epoch}`);
let ending = false;

async function publish(room: number): Promise<void> {
  const destination = `/topic/${room}`;
  const last = await store.upkeep.last(destination);
  let seq = last?.epoch === epoch ? last.seq : 0;
  const one = async (): Promise<void> => {
    while (!ending) {
      const mine = ++seq;
      const body = Buffer.from(`body of ${destination} ${epoch}-${mine}`);
      await store.append([recordOf(mine, { destination, epoch, body, key: `${epoch} ${mine}` })]);
      tell(`${destination} ${mine}`);
    }
  };
  await Promise.all(Array.from({ length: Number(inFlight) }, one));
}

process.once('SIGTERM', () => {
  ending = true;
});
await Promise.all(Array.from({ length: Number(rooms) }, (_, room) => publish(room)));
await store.upkeep.end();
await store.close();
