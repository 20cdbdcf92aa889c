// People at the chat page: each has a browser window of their own, and nothing that goes wrong in it is missed.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1200, height: 800 } };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

/** What the browser says by itself when a service that is down is dialled, or is killed before it has answered. */
const REFUSED_CONNECTION =
  /^WebSocket connection to '[^']+' failed|net::ERR_(CONNECTION_RE(FUSED|SET)|EMPTY_RESPONSE|INTERNET_DISC)/;

export class People {
  /** What a console, a script or the content security policy complained of, in any window. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(executablePath: string): Promise<People> {
    return new People(await chromium.launch({ executablePath, args: FLAGS }));
  }

  /** Opens the page in a window of its own, with nothing remembered. */
  async open(address: string, options: BrowserContextOptions = DESKTOP): Promise<Person> {
    const context = await this.#browser.newContext(options);
    this.#contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const isWrong = message.type() === 'error' || message.type() === 'warning';
      if (isWrong && !REFUSED_CONNECTION.test(message.text())) this.complaints.push(message.text());
    });
    await page.goto(address);
    return new Person(page, context);
  }

  async enter(address: string, name: string, options?: BrowserContextOptions): Promise<Person> {
    const person = await this.open(address, options);
    await person.signIn(name);
    return person;
  }

  /** Keeps a picture for human eyes: `stompwire-page/<name>.png` in the folder for temporary files. */
  async picture(person: Person, name: string): Promise<void> {
    const path = join(tmpdir(), 'stompwire-page', `${name}.png`);
    await person.page.screenshot({ path, animations: 'disabled' });
  }

  async leave(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

export class Person {
  readonly page: Page;
  readonly context: BrowserContext;

  constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.context = context;
  }

  /** Opens the page once more in a tab of its own, as somebody who is signed in. */
  async visitAgain(): Promise<Person> {
    const page = await this.context.newPage();
    await page.goto(this.page.url());
    const again = new Person(page, this.context);
    await again.isOnline();
    return again;
  }

  async signIn(name: string): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByRole('button', { name: 'Start chatting' }).click();
    await this.isOnline();
  }

  async isOnline(): Promise<void> {
    await this.page.locator('#connection-dot[data-phase=online]').waitFor({ state: 'attached' });
  }

  get draft(): Locator {
    return this.page.getByRole('textbox', { name: /^Message to / });
  }

  async say(text: string): Promise<void> {
    await this.draft.fill(text);
    await this.draft.press('Enter');
  }

  /** Bubbles that hold exactly this text. */
  messages(text: string): Locator {
    const literally = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return this.page.locator('.bubble').filter({ hasText: new RegExp(`^${literally}$`) });
  }

  /** Waits for the message, which must be there once. */
  async sees(text: string): Promise<Locator> {
    const message = this.messages(text);
    await message.waitFor(); // more than one is an error of its own
    return message;
  }

  room(name: string): Locator {
    return this.page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name });
  }

  async openRoom(name: string): Promise<void> {
    await this.room(name).click();
    await this.page.getByRole('heading', { level: 1, name: `# ${name}` }).waitFor();
  }

  /** How far the page can be scrolled sideways, in pixels: on no screen at all. */
  async sidewaysScroll(): Promise<number> {
    return this.page.evaluate<number>(
      '(() => { const all = [document.scrollingElement, ...document.querySelectorAll("body *")];' +
        'return Math.max(...all.filter((e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX) || e === all[0])' +
        '.map((e) => e.scrollWidth - e.clientWidth)); })()',
    );
  }
}
