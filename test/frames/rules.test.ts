// The table of required headers, read as the specifications read.
import { describe, expect, it } from 'vitest';
import {
  type Command,
  checkRequiredHeaders,
  clientCommands,
  commandExistsIn,
  Headers,
  missingHeader,
  requiredHeaders,
  serverCommands,
  type Version,
  versions,
} from '../../frames/index.ts';

const missing = (command: Command, version: Version, names: string): string | undefined => {
  const pairs = names.split(' ').flatMap((name) => [name, 'x']);
  return missingHeader({ command, headers: new Headers(pairs) }, version);
};

describe('required headers', () => {
  it('are given for every command in every version', () => {
    expect(Object.keys(requiredHeaders).sort()).toEqual([...clientCommands, ...serverCommands].sort());
    for (const rules of Object.values(requiredHeaders)) expect(Object.keys(rules)).toEqual([...versions]);
  });

  it.each([
    ['CONNECT', '1.2', '', undefined],
    ['STOMP', '1.1', '', undefined],
    ['SEND', '1.0', 'foo', 'destination'],
    ['SEND', '1.2', 'destination', undefined],
    ['SUBSCRIBE', '1.0', 'destination', undefined],
    ['SUBSCRIBE', '1.1', 'destination', 'id'],
    ['SUBSCRIBE', '1.2', 'id', 'destination'],
    ['UNSUBSCRIBE', '1.0', 'destination', undefined],
    ['UNSUBSCRIBE', '1.0', 'id', undefined],
    ['UNSUBSCRIBE', '1.0', 'foo', 'id or destination'],
    ['UNSUBSCRIBE', '1.1', 'destination', 'id'],
    ['ACK', '1.0', 'foo', 'message-id'],
    ['ACK', '1.1', 'message-id', 'subscription'],
    ['ACK', '1.2', 'message-id subscription', 'id'],
    ['NACK', '1.1', 'subscription', 'message-id'],
    ['NACK', '1.2', 'foo', 'id'],
    ['BEGIN', '1.2', 'foo', 'transaction'],
    ['COMMIT', '1.0', 'foo', 'transaction'],
    ['ABORT', '1.1', 'foo', 'transaction'],
    ['DISCONNECT', '1.2', '', undefined],
    ['CONNECTED', '1.0', 'session', undefined],
    ['CONNECTED', '1.1', 'session', 'version'],
    ['MESSAGE', '1.0', 'destination message-id', undefined],
    ['MESSAGE', '1.2', 'destination message-id', 'subscription'],
    ['RECEIPT', '1.2', 'foo', 'receipt-id'],
    ['ERROR', '1.2', '', undefined],
  ] as const)('%s in %s with "%s" lacks %s', (command, version, names, name) => {
    expect(missing(command, version, names)).toBe(name);
  });

  it('are there when their value is empty', () => {
    expect(
      missingHeader({ command: 'BEGIN', headers: new Headers(['transaction', '']) }, '1.2'),
    ).toBeUndefined();
  });

  it('are named by the error with command and version', () => {
    const frame = { command: 'SUBSCRIBE', headers: new Headers(['destination', '/a']) } as const;
    expect(() => checkRequiredHeaders(frame, '1.1')).toThrow(
      'required header missing: SUBSCRIBE needs id in STOMP 1.1',
    );
    expect(() => checkRequiredHeaders(frame, '1.0')).not.toThrow();
  });
});

it('NACK and STOMP came with 1.1', () => {
  const absent = [...clientCommands, ...serverCommands].filter(
    (name) => !commandExistsIn(name as Command, '1.0'),
  );
  expect(absent).toEqual(['STOMP', 'NACK']);
  expect(commandExistsIn('NACK', '1.1')).toBe(true);
});
