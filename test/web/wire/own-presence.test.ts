// Whether somebody is at the page, as the service is told: while they read, when they leave, and on each connection.
import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, type WireConfig } from '../../../src/web/wire/config.ts';
import { OwnPresence } from '../../../src/web/wire/own-presence.ts';
import { ScriptedServer } from '../../client/scripted-server.ts';

const config: WireConfig = {
  ...DEFAULT_CONFIG,
  appPrefix: '/do',
  awayAfter: 300_000,
  features: new Set(['presence']),
};
const online = { phase: 'online', user: 'Ann' } as const;
let server: ScriptedServer;
let presence: OwnPresence;

function begin(given: WireConfig = config): void {
  server = new ScriptedServer();
  server.time = 1_000_000;
  const client = server.client();
  presence = new OwnPresence(client, given, server.world.now);
  server.open();
  look(true);
}
beforeEach(() => begin());

const look = (attentive: boolean): void => presence.look({ attentive, link: online, lostAt: undefined });
const lose = (): void =>
  presence.look({ attentive: true, link: { phase: 'connecting', attempt: 0 }, lostAt: server.time });
const said = (): string[] => server.newest.sent.map(({ body }) => JSON.parse(String(body)).state);
const confirmAll = async (): Promise<void> => {
  for (const { headers } of server.newest.sent) server.newest.receipt(headers.receipt!);
  await new Promise((resolve) => setImmediate(resolve));
};
/** Somebody does something every so many milliseconds, for a while. */
function reads(milliseconds: number, every: number): void {
  for (const end = server.time + milliseconds; server.time < end; ) {
    server.time += every;
    presence.active();
  }
}

describe('somebody who reads', () => {
  it('says so, five times at most in the time after which the silent pass for away', () => {
    reads(600_000, 100);
    expect(said()).toEqual(Array.from({ length: 10 }, () => 'online'));
    const [{ destination, body, headers }] = server.newest.sent as [(typeof server.newest.sent)[0]];
    expect([destination, body, headers['content-type']]).toEqual([
      '/do/presence',
      '{"state":"online"}',
      'application/json',
    ]);
  });

  it('never lets so much time go by as the service waits', () => {
    const times: number[] = [server.time];
    for (let at = 0; at < 3_000; at++) {
      reads(977, 977);
      if (said().length >= times.length) times.push(server.time);
    }
    const gaps = times.slice(1).map((time, before) => time - times[before]!);
    expect(gaps.length).toBeGreaterThan(40);
    expect(Math.max(...gaps)).toBeLessThan(config.awayAfter / 4);
  });

  it('says so at once after being silent for long, and is not asked for it', () => {
    server.time += 3_600_000;
    expect(said()).toEqual([]);
    presence.active();
    expect(said()).toEqual(['online']);
    presence.active();
    expect(said()).toEqual(['online']);
  });

  it('goes on saying so when the clock was set back', () => {
    reads(60_000, 1_000);
    server.time -= 500_000;
    presence.active();
    expect(said()).toEqual(['online', 'online']);
  });

  it.each([
    ['takes nobody for away by silence', { awayAfter: 0 }],
    ['knows of no presence', { features: new Set(['notifications'] as const) }],
  ])('says nothing to a service that %s', (_what, given) => {
    begin({ ...config, ...given });
    reads(600_000, 1_000);
    expect(said()).toEqual([]);
  });
});

describe('the page', () => {
  it('says that it is out of sight, and in sight again, at once; in between it is not active', () => {
    look(false);
    look(false);
    reads(600_000, 1_000);
    expect(said()).toEqual(['away']);
    look(true);
    expect(said()).toEqual(['away', 'online']);
    reads(59_000, 1_000); // what was just said needs not be said again
    expect(said()).toEqual(['away', 'online']);
    reads(1_000, 1_000);
    expect(said()).toEqual(['away', 'online', 'online']);
  });

  it('says nothing without a connection, and to the next one only that it is out of sight', async () => {
    look(false);
    await confirmAll();
    lose();
    presence.active();
    server.reopen();
    expect(said()).toEqual([]);
    look(true);
    expect(said()).toEqual([]); // who connects is there
    lose();
    server.reopen();
    look(false);
    expect(said()).toEqual(['away']);
  });

  it('takes back what is said once more on the next connection, and holds no longer', async () => {
    look(false);
    lose(); // before the RECEIPT
    server.reopen();
    expect(said()).toEqual(['away']);
    look(true);
    expect(said()).toEqual(['away', 'online']);
    await confirmAll();
    lose();
    server.reopen();
    look(true);
    expect(said()).toEqual([]);
  });
});
