// The programs in examples/ do what they say, seen by a real client, and compile against the published types.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { later, Page, webSocketUrl } from '../fastify/page.ts';
import { type InstalledPackage, installPackage } from './installed-package.ts';

const secret = 'a secret of the tests, which has thirty-two bytes';
const programs: Program[] = [];
afterEach(() => Promise.all(programs.splice(0).map((one) => one.stop())));

/** One example in a process of its own, as its reader starts it. */
class Program {
  readonly #child;

  constructor(file: string) {
    const env = { ...process.env, PORT: '0', TOKEN_SECRET: secret };
    this.#child = spawn(process.execPath, [`examples/${file}`], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    programs.push(this);
  }

  /** The address that it prints. */
  async address(): Promise<string> {
    const printed = later<string>();
    this.#child.stdout.on('data', (text) => {
      const [url] = /(?:http|ws):\S+/.exec(String(text)) ?? [];
      if (url !== undefined) printed.resolve(url);
    });
    this.#child.once('exit', (code) => printed.reject(new Error(`ended with ${code}`)));
    return printed.promise;
  }

  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    this.#child.kill('SIGTERM');
    const [code] = await once(this.#child, 'exit');
    return code;
  }
}

const token = (name: string, roles: string[]): Promise<string> =>
  new SignJWT({ roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(name)
    .setExpirationTime('1h')
    .sign(Buffer.from(secret));

describe('the example', () => {
  it('minimal greets everybody on a topic, and ends when it is told to', async () => {
    const program = new Program('minimal.ts');
    const page = new Page(await program.address());
    const { 'user-name': from } = await page.connected;
    const greeting = await page.first('/topic/greetings');
    page.client.publish({ destination: '/app/greet/kim' });
    expect(JSON.parse((await greeting.message).body)).toEqual({ text: 'Hello, kim', from });
    expect(await program.stop()).toBe(0);
  });

  it('auth lets in who has a token, and lets editors alone speak', async () => {
    const url = await new Program('auth.ts').address();
    await expect(new Page(url).connected).rejects.toThrow('the credentials were not accepted');
    const login = async (name: string, roles: string[]): Promise<Page> => {
      const page = new Page(url, { connectHeaders: { passcode: await token(name, roles) } });
      await page.connected;
      return page;
    };
    const [kim, lee] = [await login('kim', ['editor']), await login('lee', [])];
    const news = await lee.first('/topic/news');
    kim.client.publish({ destination: '/app/news', body: 'it runs' });
    expect(JSON.parse((await news.message).body)).toEqual({ headline: 'it runs', by: 'kim' });
    lee.client.publish({ destination: '/app/news', body: 'me too' });
    expect([(await lee.closed).code, ...lee.errors]).toEqual([1008, 'editors only']);
    kim.client.subscribe('/topic/inbox/lee', () => {});
    expect((await kim.closed).code).toBe(1008);
  });

  it('request-reply answers who asked, and nobody else', async () => {
    const url = await new Program('request-reply.ts').address();
    const [kim, lee] = [new Page(url), new Page(url)];
    await Promise.all([kim.connected, lee.connected]);
    const queue = '/user/queue/answers';
    const [answer, others] = [await kim.first(queue), await lee.first(queue)];
    const ask = (page: Page, item: string): void =>
      page.client.publish({
        destination: `/app/price/${item}`,
        headers: { 'reply-to': queue, 'correlation-id': item },
      });
    ask(kim, 'tea');
    const { body, headers } = await answer.message;
    expect([JSON.parse(body), headers['correlation-id']]).toEqual([{ item: 'tea', price: 3 }, 'tea']);
    ask(lee, 'water');
    expect(JSON.parse((await others.message).body)).toEqual({ item: 'water', price: null });
  });

  it('fastify knows its members by their session cookie, and publishes from a route', async () => {
    const address = await new Program('fastify.ts').address();
    const post = (path: string, headers = {}, body = '{}'): Promise<Response> =>
      fetch(address + path, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      });
    const login = await post('/login', {}, '{"name":"kim"}');
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
    const stranger = new Page(webSocketUrl(address, '/ws'), { origin: address });
    await expect(stranger.connected).rejects.toThrow('the credentials were not accepted');
    const page = new Page(webSocketUrl(address, '/ws'), { origin: address, cookie });
    expect(await page.connected).toMatchObject({ 'user-name': 'kim' });
    const orders = await page.first('/topic/orders');
    await post('/orders/7/shipped', { cookie });
    expect(JSON.parse((await orders.message).body)).toEqual({ id: '7', state: 'shipped', by: 'kim' });
  });
});

describe('the examples', () => {
  let installed: InstalledPackage;
  beforeAll(async () => {
    installed = await installPackage();
  });
  afterAll(() => installed?.remove());

  it('compile against the published types, and are all in the list', () => {
    cpSync('examples', join(installed.folder, 'examples'), { recursive: true });
    const compilerOptions = {
      ...{ target: 'es2023', lib: ['es2023'], module: 'nodenext', types: ['node'], strict: true },
      ...{ exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true, erasableSyntaxOnly: true },
    };
    const config = JSON.stringify({ compilerOptions, include: ['examples'] });
    writeFileSync(join(installed.folder, 'tsconfig.json'), config);
    const tsc = resolve('node_modules/.bin/tsc');
    execFileSync(tsc, ['-p', installed.folder], { stdio: ['ignore', 'inherit', 'inherit'] });
    const listed = readFileSync('examples/README.md', 'utf8').matchAll(/\(([a-z-]+\.ts)\)/g);
    const files = globSync('*.ts', { cwd: 'examples' });
    expect(Array.from(listed, ([, file]) => file).toSorted()).toEqual(files.toSorted());
  });
});
