// The way to a MongoDB: what its address says, and what holds where it says nothing.
import { type Db, MongoClient, type MongoClientOptions, type WriteConcern } from 'mongodb';
import { StompwireError } from '../errors.ts';

/** The database when the address names none. */
const usualDatabase = 'stompwire';

/** The driver waits for half a minute otherwise; whoever waits here tries again by itself. */
const usualPatience = 5000;

/** A client for an address; nothing is opened. @throws {StompwireError} `bad-configuration`, without the address */
export function clientFor(url: string): MongoClient {
  try {
    return new MongoClient(url, unlessSaid(url));
  } catch {
    // what the driver says may quote the address, and so its password
    throw new StompwireError('bad-configuration', 'history: the mongodb address cannot be understood');
  }
}

function unlessSaid(url: string): MongoClientOptions {
  const said = (name: string): boolean => new RegExp(`[?&]${name}=`, 'i').test(url);
  return {
    ...(!said('serverSelectionTimeoutMS') && { serverSelectionTimeoutMS: usualPatience }),
    ...(!said('connectTimeoutMS') && { connectTimeoutMS: usualPatience }),
    ...(!said('appName') && { appName: 'stompwire' }),
  };
}

/**
 * The database that an address names. Writes wait for the majority unless the address says otherwise; reads
 * always ask the primary: what was confirmed must be found at once.
 */
export function databaseOf(client: MongoClient, url: string): Db {
  const named = /^[^/]*\/\/[^/?]*\/[^?]/.test(url);
  return client.db(named ? undefined : usualDatabase, {
    writeConcern: writeConcernOf(client),
    readPreference: 'primary',
  });
}

/** Whether what is confirmed is in a journal on disk. */
export function isDurable(client: MongoClient): boolean {
  const { w, journal } = writeConcernOf(client);
  return journal ?? w === 'majority';
}

function writeConcernOf({ options: { writeConcern } }: MongoClient): Pick<WriteConcern, 'w' | 'journal'> {
  if (writeConcern?.w === 0)
    throw new StompwireError('bad-configuration', 'history: w=0 confirms nothing; allowed: w=1 and more');
  return { ...writeConcern, w: writeConcern?.w ?? 'majority' };
}
