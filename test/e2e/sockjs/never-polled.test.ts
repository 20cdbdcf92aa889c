// Sessions that are opened in masses and never asked for: nothing of them stays, neither sessions nor memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { RawHttp } from '../../transport/sockjs/raw-http.ts';
import { serving } from './serving.ts';

describe('ten thousand sessions that are opened and never come again', () => {
  const at = serving({ sockjsDisconnectDelay: 2000, maxSessions: 20_000 });

  it('are gone after the delay, and so is their memory', { timeout: 60_000 }, async () => {
    await open(1000);
    await expect.poll(() => at.sessions(), { timeout: 20_000 }).toBe(0);
    const before = heapUsed();
    const most = await open(10_000);
    expect(most).toBeGreaterThan(2000);
    await expect.poll(() => at.sessions(), { timeout: 20_000 }).toBe(0);
    // while they were there, they took more than ten
    await expect.poll(() => (heapUsed() - before) / 1024 / 1024, { timeout: 10_000 }).toBeLessThan(3);
  });

  /** @returns how many there were at once */
  async function open(count: number): Promise<number> {
    const http = new RawHttp(at.url());
    for (let opened = 0; opened < count; opened += 100) {
      for (let n = 0; n < 100; n++) http.send('POST', `${at.fresh()}/xhr`);
      for (let n = 0; n < 100; n++) expect(await http.body(await http.head())).toBe('o\n');
    }
    http.close();
    return at.sessions();
  }
});

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
