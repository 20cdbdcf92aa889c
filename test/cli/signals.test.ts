// SIGINT and SIGTERM: the first drains, a second one ends the process at once.
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

describe('signals', () => {
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;

  /** A service that drains until it is told that it has. */
  async function draining(
    onAbandoned?: (listener: () => void) => void,
  ): Promise<{ world: World; drained: () => void; code: Promise<number> }> {
    let drained = (): void => {};
    const end = new Promise<void>((resolve) => {
      drained = resolve;
    });
    const world = new World({ drain: () => end });
    if (onAbandoned !== undefined) Object.assign(world.signals, { onAbandoned });
    const code = world.run('serve');
    await world.ready;
    return { world, drained, code };
  }

  it.each(Object.entries(codes))('a second %s ends the process at once with %i', async (signal, exitCode) => {
    const { world, drained, code } = await draining();
    world.signals.emit(signal);
    world.now += 501;
    world.signals.emit(signal);
    expect(world.steps).toEqual(['start', `exit ${exitCode}`]);
    drained();
    expect(await code).toBe(0);
  });

  it('a supervisor that insists at once is heard at once', async () => {
    const { world, drained, code } = await draining();
    world.signals.emit('SIGTERM');
    world.signals.emit('SIGTERM');
    expect(world.steps).toEqual(['start', 'exit 143']);
    drained();
    await code;
  });

  it('drains when nobody is left who would pass a signal on, and hears the first signal after it as the first', async () => {
    let abandon = (): void => {};
    const { world, drained, code } = await draining((abandoned) => {
      abandon = abandoned;
    });
    abandon();
    world.signals.emit('SIGTERM');
    drained();
    expect(await code).toBe(0);
    expect(world.steps).toEqual(['start', 'close']);
  });

  it('one Ctrl-C that npm forwards as well counts once', async () => {
    const { world, drained, code } = await draining();
    world.signals.emit('SIGINT');
    world.now += 100;
    world.signals.emit('SIGINT');
    drained();
    expect(await code).toBe(0);
    expect(world.steps).toEqual(['start', 'close']);
  });
});
