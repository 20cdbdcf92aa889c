// What the store in MongoDB makes of addresses and of the driver's errors; no server is asked.
import { inspect } from 'node:util';
import { MongoNetworkError, MongoServerError, type WriteError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../../src/errors.ts';
import { filtersOf } from '../../../src/history/stores/mongodb/filters.ts';
import { MongoDbStore } from '../../../src/history/stores/mongodb.ts';
import { clientFor, databaseOf } from '../../../src/mongodb/connection.ts';
import { failureOf, isOfDocument } from '../../../src/mongodb/failures.ts';

const secret = 'hunter2secret';
const host = `mongodb://ann:${secret}@127.0.0.1:1`;

describe('the address of a MongoDB', () => {
  it.each([
    [`${host}/`, 'stompwire'],
    [host, 'stompwire'],
    [`${host}/?w=1`, 'stompwire'],
    [`${host}?w=1`, 'stompwire'],
    [`${host}/chat?w=1`, 'chat'],
    [`${host},127.0.0.1:2/chat`, 'chat'],
  ])('names the database: %s', (url, name) => {
    expect(databaseOf(clientFor(url), url).databaseName).toBe(name);
  });

  it.each([
    ['', { w: 'majority' }, true],
    ['?w=1', { w: 1 }, false],
    ['?w=1&journal=true', { w: 1, journal: true }, true],
    ['?journal=false', { w: 'majority', journal: false }, false],
    ['?w=majority', { w: 'majority' }, true],
    ['?w=2', { w: 2 }, false],
  ])('says what a write waits for, else the majority: %j', (query, concern, durable) => {
    const url = `${host}/chat${query}`;
    expect(databaseOf(clientFor(url), url).collection('messages').writeConcern).toMatchObject(concern);
    expect(new MongoDbStore(url).durable).toBe(durable);
  });

  it('asks the primary alone, whatever it says', () => {
    const url = `${host}/chat?readPreference=secondary`;
    expect(databaseOf(clientFor(url), url).collection('messages').readPreference?.mode).toBe('primary');
  });

  it.each([
    'mongodb://',
    `mongodb://ann:${secret}@`,
    `mongodb://ann:${secret}@host:port/`,
    `${host}/?w=0`,
    `${host}/?nonsense=1`,
    `mongodb://ann:%zz${secret}@host/`,
  ])('is refused without being shown: %s', (url) => {
    const error = thrown(() => new MongoDbStore(url));
    expect(error).toMatchObject({ code: 'bad-configuration', message: expect.stringMatching(/^history: /) });
    expect(inspect(error)).not.toContain(secret);
  });

  it('without a server behind it is told, without its password', async () => {
    const store = new MongoDbStore(`${host}/?serverSelectionTimeoutMS=50&directConnection=true`);
    const error = await store.open().catch((reason: unknown) => reason);
    await store.close();
    expect(error).toMatchObject({
      code: 'history-unavailable',
      message: expect.stringContaining('not available'),
    });
    expect(inspect(error, { depth: 9 })).not.toContain(secret);
  });
});

function thrown(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('an error of the driver', () => {
  const server = (code: number, message = 'it said so'): MongoServerError =>
    new MongoServerError({ code, errmsg: message, message });

  it.each([
    [server(14031), 'history-full'],
    [server(8, 'could not extend file: No space left on device'), 'history-full'],
    [server(8000, 'you are over your space quota'), 'history-full'],
    [server(10107), 'history-unavailable'],
    [server(18, 'Authentication failed.'), 'history-unavailable'],
    [new MongoNetworkError('connect ECONNREFUSED'), 'history-unavailable'],
  ])('is the one that the rest of the server knows: %s', (error, code) => {
    expect(failureOf(error)).toMatchObject({ code, rule: { retryable: true } });
  });

  it('keeps what the server said for the log, on one line and without an address', () => {
    const error = failureOf(server(8, `cannot\nreach mongodb://ann:${secret}@host/`)) as StompwireError;
    expect(error.message).not.toContain('reach');
    expect(inspect(error)).not.toContain(secret);
    expect((error.cause as Error).message).toBe('MongoServerError 8: cannot reach mongodb://***@host/');
  });

  it('that is none of the driver stays what it is', () => {
    const error = new StompwireError('bad-cursor');
    expect(failureOf(error)).toBe(error);
  });

  it('of one write is of its document, unless it is of the server', () => {
    const of = (code: number, errmsg = ''): boolean => isOfDocument({ code, errmsg } as WriteError);
    expect([2, 9, 121, 10334, 17280].every((code) => of(code))).toBe(true);
    expect([91, 189, 10107, 14031, 112, 13].some((code) => of(code))).toBe(false);
    expect(of(8, 'No space left on device')).toBe(false);
  });
});

describe('a query', () => {
  const ranges = (query: Parameters<typeof filtersOf>[0]): object[] => filtersOf(query);
  const at = (epoch: number, seq: number) => ({ epoch, seq });

  it('is a range for each part of it, from the lowest positions up', () => {
    expect(ranges({})).toEqual([{}]);
    expect(ranges({ after: at(2, 5) })).toEqual([{ epoch: 2, seq: { $gt: 5 } }, { epoch: { $gt: 2 } }]);
    expect(ranges({ before: at(2, 5) })).toEqual([{ epoch: { $lt: 2 } }, { epoch: 2, seq: { $lt: 5 } }]);
    expect(ranges({ after: at(1, 3), before: at(4, 2) })).toEqual([
      { epoch: 1, seq: { $gt: 3 } },
      { epoch: { $gt: 1, $lt: 4 } },
      { epoch: 4, seq: { $lt: 2 } },
    ]);
    expect(ranges({ after: at(1, 3), before: at(1, 9) })).toEqual([{ epoch: 1, seq: { $gt: 3, $lt: 9 } }]);
    expect(ranges({ after: at(2, 3), before: at(2, 3) })).toEqual([]);
  });
});
