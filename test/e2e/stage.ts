// What a browser test stands on: the real service as a process, a browser, and nothing complained of at the end.
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { Executable } from './executable.ts';
import { People, type Person } from './people.ts';

export interface Stage {
  /** Opens the page in a new window. */
  open(options?: BrowserContextOptions): Promise<Person>;
  /** Opens it, signs in and waits until that person is online. */
  enter(name: string, options?: BrowserContextOptions): Promise<Person>;
  enterAt(path: string, name: string): Promise<Person>;
  picture(person: Person, name: string): Promise<void>;
  killService(): Promise<void>;
  /** Starts it where it was before. */
  restartService(): Promise<void>;
}

/**
 * Sets up a service for each test and a browser for all of them; to be called inside `describe`.
 *
 * @param options - further flags of the service, asked for at each start
 */
export function setStage(
  chromium: string | undefined,
  options: () => readonly string[] = () => ['--data', 'memory'],
): Stage {
  let people: People | undefined;
  let service: Executable;
  let address: string;

  async function startService(port: string): Promise<void> {
    service = new Executable(['serve', '--port', port, '--stomp-port', 'off', ...options()]);
    address = (await service.addresses())[0]!;
  }
  async function killService(): Promise<void> {
    service.signal('SIGKILL');
    await service.ended;
  }

  beforeAll(async () => {
    people = await People.start(chromium!);
  });
  beforeEach(() => startService('0'));
  afterEach(async () => {
    await people?.leave();
    await killService();
    expect(people?.complaints.splice(0)).toEqual([]);
  });
  afterAll(() => people?.close());

  return {
    open: (options) => people!.open(address, options),
    enter: (name, options) => people!.enter(address, name, options),
    enterAt: (path, name) => people!.enter(address + path, name),
    picture: (person, name) => people!.picture(person, name),
    killService,
    restartService: () => startService(new URL(address).port),
  };
}
