// What a browser test stands on whose service is in its own process: so it can be asked, and told, what nobody can at a page.
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { People, type Person } from './people.ts';
import { Service } from './service.ts';

/** What the browser says by itself of a request that the service refuses. */
const REFUSED = /the server responded with a status of 4\d\d/;

export interface PeopleStage {
  /** Starts the service of a test. */
  start(options?: Parameters<typeof Service.start>[0]): Promise<Service>;
  /** Opens the page in a new window. */
  open(options?: BrowserContextOptions): Promise<Person>;
  /** Opens it, signs in by name and waits until that person is online. */
  enter(name: string, options?: BrowserContextOptions): Promise<Person>;
}

/**
 * To be called inside `describe`; at the end of each test nothing may have been complained of.
 *
 * @param refuses - the service is to refuse requests of the page, which the browser may tell
 */
export function setPeopleStage(chromium: string | undefined, { refuses = false } = {}): PeopleStage {
  let people: People | undefined;
  let service: Service | undefined;
  beforeAll(async () => {
    people = await People.start(chromium!);
  });
  afterEach(async () => {
    await people?.leave();
    await service?.close();
    const complaints = people?.complaints.splice(0) ?? [];
    expect(complaints.filter((text) => !(refuses && REFUSED.test(text)))).toEqual([]);
  });
  afterAll(() => people?.close());

  return {
    async start(options = {}) {
      service = await Service.start({ data: 'memory', ...options });
      return service;
    },
    open: (options) => people!.open(service!.pageAddress, options),
    enter: (name, options) => people!.enter(service!.pageAddress, name, options),
  };
}
