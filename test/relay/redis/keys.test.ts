// The names in Redis: partitions as Redis Cluster counts them, and one slot for all of a partition.
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../../src/redis/layout.ts';
import { crc16, Keys } from '../../../src/relay/redis/keys.ts';

describe('the checksum of Redis Cluster', () => {
  it('is that of the specification and of CLUSTER KEYSLOT', () => {
    expect(crc16('123456789')).toBe(0x31c3);
    expect(crc16('')).toBe(0);
    expect(crc16('foo') % 16_384).toBe(12_182);
    expect(crc16('bar') % 16_384).toBe(5061);
    expect(crc16('somekey') % 16_384).toBe(11_058);
  });

  it('goes by the UTF-8 bytes', () => {
    expect(crc16('채팅')).toBe(crcBitByBit(Buffer.from('채팅')));
    expect(crc16('room-é')).toBe(crcBitByBit(Buffer.from('room-é')));
    expect(crc16('/topic/chat-room/7')).toBe(crcBitByBit(Buffer.from('/topic/chat-room/7')));
  });
});

describe('the names of a layout', () => {
  const keys = new Keys({ prefix: 'chat', partitions: 4 });

  it('puts all that belongs to a destination under the tag of its partition', () => {
    const room = '/topic/chat-room/7';
    const tag = `{chat:${crc16(room) % 4}}`;
    expect(keys.tag(keys.partitionOf(room))).toBe(tag);
    expect(keys.log(room)).toBe(`${tag}:log:${room}`);
    expect(keys.top(room)).toBe(`${tag}:top:${room}`);
    expect(keys.live(room)).toBe(`${tag}:live:${room}`);
    expect(keys.key(room, 'user:ann 1')).toBe(`${tag}:key:${room}\0user:ann 1`);
    expect([keys.feed(3), keys.dead(3), keys.stored(3), keys.all(3), keys.lease(3)]).toEqual(
      ['feed', 'dead', 'stored', 'all', 'lease'].map((name) => `{chat:3}:${name}`),
    );
  });

  it('is told by the address, and refuses what makes no layout', () => {
    const of = (query: string) => layoutOf(new URLSearchParams(query));
    expect(of('')).toEqual({ prefix: 'stompwire', partitions: 16 });
    expect(of('prefix=x&partitions=3')).toEqual({ prefix: 'x', partitions: 3 });
    for (const bad of ['prefix=a{b', 'prefix=', 'partitions=0', 'partitions=1.5', 'partitions=many'])
      expect(() => of(bad)).toThrow(/: give /);
  });
});

/** The definition: polynomial 0x1021, begin 0, no reflection. */
function crcBitByBit(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const out = (crc >> 15) ^ ((byte >> bit) & 1);
      crc = ((crc << 1) & 0xffff) ^ (out ? 0x1021 : 0);
    }
  return crc;
}
