// A process that asks for rooms of two, and says which ones it was given.
import { RoomAccess } from '../../src/chat/access.ts';
import { MongoDbRepository } from '../../src/chat/repositories/mongodb.ts';
import { Rooms } from '../../src/chat/rooms.ts';

const [url = '', by = 'kim'] = process.argv.slice(2);
const repository = new MongoDbRepository(url);
await repository.open();
const access = new RoomAccess({ repository, open: false, keeps: 1000, now: () => performance.now() });
const rooms = new Rooms({
  repository,
  access,
  maxMembers: 10,
  noticeMembers: 2,
  clock: Date.now,
  changed: () => {},
});
const pairs = Array.from({ length: 20 }, (_, n) => [`kim-${n}`, `lee-${n}`] as [string, string]);
const given = await Promise.all(
  pairs.map(([kim, lee]) => (by === 'kim' ? rooms.direct(kim, lee) : rooms.direct(lee, kim))),
);
// whom each of the two sees as the other is no part of the room
process.stdout.write(JSON.stringify(given.map(({ with: _, ...room }) => room)));
await repository.close();
