// Keeping a session up: when it is opened again, how soon, and when not at all.
import { beforeEach, describe, expect, it } from 'vitest';
import type { LinkPhase } from '../../../src/web/model/link-phase.ts';
import { SessionKeeper, STEADY_AFTER } from '../../../src/web/wire/keeper.ts';
import { StillWorld } from './still-world.ts';

let world: StillWorld;
let keeper: SessionKeeper;
let phases: LinkPhase[];
let errors: string[];
const phase = (): LinkPhase | undefined => phases.at(-1);
const lose = (code = 1006, error?: string): void => world.newest.events.ended({ code, error });

beforeEach(() => {
  world = new StillWorld();
  phases = [];
  errors = [];
  keeper = new SessionKeeper(world, {
    phase: (link) => phases.push(link),
    opened: () => {},
    receipt: () => {},
    refused: () => {},
    error: (message) => errors.push(message),
  });
  keeper.start('ann');
});

describe('a kept session', () => {
  it('is online under the name that the service gives', () => {
    expect(phase()).toEqual({ phase: 'connecting', attempt: 0 });
    world.newest.events.opened('Ann');
    expect(phase()).toEqual({ phase: 'online', user: 'Ann' });
  });

  it('goes by its login when the service gives no name', () => {
    world.newest.events.opened(undefined);
    expect(phase()).toEqual({ phase: 'online', user: 'ann' });
  });

  it('is opened again after a loss, later each time it fails', () => {
    world.newest.events.opened('Ann');
    const waits = [1, 2, 3].map(() => {
      lose();
      const wait = world.nextAt - world.time;
      world.ring();
      return wait;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    expect(world.sessions).toHaveLength(4);
  });

  it('says until when it waits', () => {
    lose();
    expect(phase()).toEqual({ phase: 'waiting', attempt: 1, until: 1_000 });
  });

  it('starts with a short wait again only after a session that held', () => {
    const waitAfter = (held: number): number => {
      world.newest.events.opened('Ann');
      world.time += held;
      lose();
      const wait = world.nextAt - world.time;
      world.ring();
      return wait;
    };
    expect([0, 0, STEADY_AFTER - 1, STEADY_AFTER].map(waitAfter)).toEqual([1_000, 2_000, 4_000, 1_000]);
  });

  it('is not tried again by itself when the service denied it, but when its user asks', () => {
    lose(1008, 'this name is taken');
    expect(phase()).toEqual({ phase: 'stopped', reason: 'this name is taken' });
    expect(errors).toEqual(['this name is taken']);
    expect(world.timers).toEqual([]);
    keeper.retryNow();
    expect(world.sessions).toHaveLength(2);
  });

  it('is opened at once when its user does not want to wait, and once only', () => {
    lose();
    keeper.retryNow();
    keeper.retryNow();
    expect(world.sessions).toHaveLength(2);
    expect(world.timers).toEqual([]);
  });

  it('is closed when it is stopped, and none is opened after', () => {
    world.newest.events.opened('Ann');
    keeper.stop();
    keeper.stop();
    keeper.retryNow();
    expect(world.sessions.map((session) => session.isClosed)).toEqual([true]);
    expect(phase()).toEqual({ phase: 'idle' });
  });

  it('is not opened by a wait that was called off', () => {
    lose();
    keeper.stop();
    expect(world.timers).toEqual([]);
  });
});
