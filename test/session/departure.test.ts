// The way out of a session, on a connection whose client reads when it is told to.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { Departure } from '../../src/session/departure.ts';
import { FakeConnection } from './fake-connection.ts';

const ending = { code: 1012, reason: 'going away' };

/** A departure whose client may take what was sent until 500 ms. */
function departing(): { connection: FakeConnection; departure: Departure } {
  const connection = new FakeConnection();
  const outbox = {
    finish: (lastWord?: Buffer) => {
      connection.write(Buffer.from('what waits;'));
      if (lastWord !== undefined) connection.write(lastWord);
    },
  };
  return { connection, departure: new Departure({ outbox, connection, ending, patientUntil: 500 }) };
}

describe('a departure', () => {
  it('sends what waits and the last word, then closes with what it ends by', () => {
    const { connection, departure } = departing();
    departure.close(Buffer.from('ERROR'));
    expect(connection.sent.toString()).toBe('what waits;ERROR');
    expect(connection.closes).toEqual([ending]);
  });

  it('leaves the close to the client, and closes once that let its time pass; then there is no third time', () => {
    const { connection, departure } = departing();
    expect(connection.closes).toEqual([]);
    expect(departure.goesOn(100)).toBe(true);
    expect(connection.closes).toEqual([ending]);
    expect(departure.goesOn(200)).toBe(false);
    expect(connection.closes).toHaveLength(1);
  });

  it('goes on for as long as the client takes what was sent, and not past its patience', () => {
    const { connection, departure } = departing();
    connection.stop();
    departure.close();
    expect([100, 499, 500].map((now) => departure.goesOn(now))).toEqual([true, true, false]);
    expect(connection.closes).toHaveLength(1);
  });

  it('is over at once when the client has taken all', () => {
    const { connection, departure } = departing();
    connection.stop();
    departure.close();
    expect(departure.goesOn(100)).toBe(true);
    connection.read();
    expect(departure.goesOn(101)).toBe(false);
  });
});
