// The state x command table: every command in every state does what is written here, and nothing else.
import { describe, expect, it } from 'vitest';
import { type ClientCommand, clientCommands } from '../../../frames/index.ts';
import type { State } from '../../../src/session/commands/command.ts';
import { table } from '../../../src/session/commands/table.ts';
import { type Client, World } from '../world.ts';

const commands = [...clientCommands] as ClientCommand[];
const states: State[] = ['opening', 'connected', 'closing', 'closed'];

/** All headers that any command requires. */
const headers = {
  'accept-version': '1.2',
  destination: '/topic/a',
  id: '1',
  'message-id': 'm',
  subscription: '1',
  transaction: 't',
};

async function clientIn(state: State): Promise<Client> {
  const world = new World();
  if (state === 'opening') return world.client();
  const client = await world.connected();
  if (state === 'closing') client.session.close(1000, '');
  if (state === 'closed') client.connection.end();
  return client;
}

async function outcomeOf(state: State, command: ClientCommand): Promise<string> {
  const client = await clientIn(state);
  const { transaction: _, ...withoutTransaction } = headers;
  client.say(command, command === 'SEND' ? withoutTransaction : headers);
  const frames = await client.heard('1.2');
  const [first] = frames;
  if (first === undefined) return client.session.state;
  return first.command === 'ERROR' ? first.headers.code! : first.command;
}

const refused = (code: string): Record<ClientCommand, string> =>
  Object.fromEntries(commands.map((command) => [command, code])) as Record<ClientCommand, string>;

const expected: Record<State, Record<ClientCommand, string>> = {
  opening: { ...refused('not-connected'), CONNECT: 'CONNECTED', STOMP: 'CONNECTED' },
  connected: {
    CONNECT: 'already-connected',
    STOMP: 'already-connected',
    SEND: 'connected',
    SUBSCRIBE: 'connected',
    UNSUBSCRIBE: 'connected',
    ACK: 'unknown-transaction',
    NACK: 'unknown-transaction',
    BEGIN: 'connected',
    COMMIT: 'unknown-transaction',
    ABORT: 'unknown-transaction',
    DISCONNECT: 'closing',
  },
  closing: refused('closing'),
  closed: refused('closed'),
};

describe('the table', () => {
  it('has a cell for every command in every state', () => {
    expect(Object.keys(table).sort()).toEqual([...states].sort());
    for (const state of states) expect(Object.keys(table[state]).sort()).toEqual([...commands].sort());
  });

  it.each(states.flatMap((state) => commands.map((command) => [state, command] as const)))(
    'says what follows when %s hears %s',
    async (state, command) => {
      expect(await outcomeOf(state, command)).toBe(expected[state][command]);
    },
  );

  it.each([
    ['SEND', {}, 'destination'],
    ['SUBSCRIBE', { id: '1' }, 'destination'],
    ['SUBSCRIBE', { destination: '/topic/a' }, 'id'],
    ['UNSUBSCRIBE', {}, 'id'],
    ['ACK', {}, 'id'],
    ['BEGIN', {}, 'transaction'],
  ])('asks of %s with %j its missing %s', async (command, given, missing) => {
    const client = (await new World().connected()).say(command, { ...given, receipt: 'r' } as never);
    expect(await client.ended()).toMatchObject({
      code: 'missing-header',
      close: 1002,
      frame: { headers: { message: expect.stringContaining(`'${missing}'`), 'receipt-id': 'r' } },
    });
  });
});
