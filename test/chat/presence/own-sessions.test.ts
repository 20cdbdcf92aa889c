// The sessions of a node are one person on several devices, who is away when nothing comes from any of them.
import { beforeEach, describe, expect, it } from 'vitest';
import { OwnSessions } from '../../../src/chat/presence/own-sessions.ts';

const changes: string[] = [];
let now: number;
let own: OwnSessions;
const since = (): string[] => changes.splice(0);

beforeEach(() => {
  now = 0;
  changes.length = 0;
  own = new OwnSessions(
    (place, key, standing) => changes.push(`${place}:${key} ${standing}`),
    () => now,
  );
});

describe('the sessions of a node', () => {
  it('are one user on several devices: online on any, away on none else, in a room by any subscription', () => {
    own.came('laptop', 'kim');
    own.entered('laptop', '1', 'r');
    own.entered('laptop', '2', 'r');
    own.came('phone', 'kim');
    own.entered('phone', '1', 'r');
    expect(since()).toEqual([':kim online', 'r:kim online']);
    own.stands('laptop', 'away');
    own.left('phone', '1');
    expect(since()).toEqual(['r:kim away']);
    own.went('phone');
    expect(since()).toEqual([':kim away']);
    own.left('laptop', '1');
    own.left('laptop', 'unknown');
    expect(since()).toEqual([]);
    own.left('laptop', '2');
    expect(since()).toEqual(['r:kim offline']);
    own.stands('laptop', 'online');
    own.entered('laptop', '3', 'r');
    own.went('laptop');
    own.went('laptop');
    own.entered('laptop', '4', 'r');
    expect(since()).toEqual([':kim online', 'r:kim online', ':kim offline', 'r:kim offline']);
    expect([...own.entries()]).toEqual([]);
  });

  it('are away once nothing came from any device for a while, and back with whatever comes from one', () => {
    own.came('laptop', 'kim');
    own.entered('laptop', '1', 'r');
    now = 50;
    own.came('phone', 'kim');
    own.quiet(10);
    expect(since()).toEqual([':kim online', 'r:kim online', 'r:kim away']); // the phone is not in the room
    now = 100;
    own.active('phone');
    own.quiet(100);
    expect(since()).toEqual([]);
    own.quiet(101);
    expect(since()).toEqual([':kim away']);
    own.quiet(200);
    own.active('laptop');
    own.active('unknown');
    expect(since()).toEqual([':kim online', 'r:kim online']);
    own.quiet(now);
    expect(since()).toEqual([]);
  });

  it('are away where the device says so, until something comes from it: not from elsewhere', () => {
    own.came('page', 'kim');
    own.came('stream', 'lee');
    own.stands('page', 'away');
    now = 100;
    own.quiet(50);
    expect(since()).toEqual([':kim online', ':lee online', ':kim away', ':lee away']);
    own.activeBy('kim');
    own.activeBy('lee');
    own.activeBy('nobody');
    expect(since()).toEqual([':lee online']);
    own.active('page');
    expect(since()).toEqual([':kim online']);
    own.quiet(101);
    own.activeBy('kim');
    expect(since()).toEqual([':kim away', ':lee away', ':kim online']);
  });
});
