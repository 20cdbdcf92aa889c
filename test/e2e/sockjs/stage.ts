// What the browser tests of SockJS stand on: the service, a proxy in front of it, Chromium, and pages of the proxy's own.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Config } from '../../../src/index.ts';
import { People } from '../people.ts';
import { Service } from '../service.ts';
import { CuttingProxy, type Served, type Upgrades } from './proxy.ts';

const fromPackage = (path: string): string =>
  fileURLToPath(new URL(`../../../node_modules/${path}`, import.meta.url));
const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const scripts = {
  sockjs: fromPackage('sockjs-client/dist/sockjs.min.js'),
  stompjs: fromPackage('@stomp/stompjs/bundles/stomp.umd.min.js'),
  'stomp-over': fromPackage('stompjs/lib/stomp.min.js'),
} as const;

/** What a page loads behind sockjs-client, by its name. */
const pages = {
  stompjs: ['scripts/stompjs.js', 'pages/chat.js', 'pages/stompjs.js'],
  'stomp-over': ['scripts/stomp-over.js', 'pages/chat.js', 'pages/stomp-over.js'],
  tutorial: ['scripts/stomp-over.js', 'pages/tutorial.js'],
} as const;

export type PageName = keyof typeof pages;

const script = (path: string): Served => ({
  type: 'text/javascript; charset=utf-8',
  body: readFileSync(path),
});

function served(): Map<string, Served> {
  const all = new Map<string, Served>([['/favicon.ico', { type: 'image/png', body: '' }]]);
  for (const [name, path] of Object.entries(scripts)) all.set(`/scripts/${name}.js`, script(path));
  for (const [name, sources] of Object.entries(pages)) {
    const tags = ['scripts/sockjs.js', ...sources].map((source) => `<script src="/${source}"></script>`);
    const body = `<!doctype html><title>${name}</title>\n${tags.join('\n')}`;
    all.set(`/${name}.html`, { type: 'text/html; charset=utf-8', body });
    for (const source of sources)
      if (source.startsWith('pages/')) all.set(`/${source}`, script(fromHere(source)));
  }
  return all;
}

/** How a page enters the chat. */
export interface Joining {
  readonly name: string;
  readonly room: string;
  /** The only transports that it may use; default: whatever sockjs-client tries. */
  readonly transports?: readonly string[];
}

/** One page of the test's own in a window. */
export class ChatPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Connects and subscribes; resolves when the subscription was confirmed. */
  async join(joining: Joining): Promise<void> {
    const url = 'location.origin + "/ws-connect"';
    await this.page.evaluate(`chat.join({ ...${JSON.stringify(joining)}, url: ${url} })`);
    await this.joined(1);
  }

  /** Resolves when it has joined so many times. */
  async joined(times: number): Promise<void> {
    await this.page.waitForFunction(`chat.joined >= ${times}`);
  }

  /** Resolves when it has noticed that its connection is gone. */
  async lost(): Promise<void> {
    await this.page.waitForFunction('chat.lost > 0');
  }

  /** Says numbered words: all at once, or `in turn`, each when the one before it came back. */
  async say(word: string, from: number, to: number, inTurn?: 'in turn'): Promise<void> {
    await this.page.evaluate(`chat.sayAll(${JSON.stringify(word)}, ${from}, ${to}, ${inTurn !== undefined})`);
  }

  /** What was heard from somebody, once there is so much of it. */
  async heardFrom(sender: string, count: number): Promise<string[]> {
    const words = `chat.heard.filter((one) => one.sender === "${sender}").map((one) => one.content)`;
    await this.page.waitForFunction(`${words}.length >= ${count}`);
    return this.page.evaluate<string[]>(words);
  }

  get<T>(what: string): Promise<T> {
    return this.page.evaluate<T>(what);
  }
}

export interface SockJsStage {
  readonly service: Service;
  readonly people: People;
  /** Opens another proxy to the service; it is closed after the test. */
  proxy(upgrades: Upgrades): Promise<CuttingProxy>;
  /** Opens a page; `address` has its origin and its query. */
  open(name: PageName, address: string): Promise<ChatPage>;
}

/** Sets up a service and a browser for all tests of a `describe`. @param options - given to the service, lazily */
export function setSockJsStage(
  chromium: string | undefined,
  options: () => Partial<Config> | Promise<Partial<Config>>,
): SockJsStage {
  let service: Service;
  let people: People;
  const proxies: CuttingProxy[] = [];
  const files = served();

  beforeAll(async () => {
    service = await Service.start({ endpoints: ['/ws-connect'], ...(await options()) });
    people = await People.start(chromium!);
  });
  afterEach(async () => {
    await people.leave();
    for (const proxy of proxies.splice(0)) proxy.close();
  });
  afterAll(async () => {
    await people?.close();
    await service?.close();
  });

  return {
    get service() {
      return service;
    },
    proxy: async (upgrades) => {
      const proxy = await CuttingProxy.start(service.addresses.http, upgrades, files);
      proxies.push(proxy);
      return proxy;
    },
    get people() {
      return people;
    },
    open: async (name, address) => {
      const { origin, search } = new URL(address);
      return new ChatPage((await people.open(`${origin}/${name}.html${search}`)).page);
    },
  };
}
