// What the headers of a SUBSCRIBE say of its queue.
import { describe, expect, it } from 'vitest';
import { Headers } from '../../../frames/index.ts';
import type { CommandSession } from '../../../src/session/commands/command.ts';
import { declaredOf } from '../../../src/session/commands/declared.ts';

const of = (declaresQueues: boolean) =>
  ({ id: 's', services: { options: { profile: { declaresQueues } } } }) as unknown as CommandSession;

const said = (headers: Record<string, string>, named: boolean) =>
  declaredOf(of(true), Headers.from(headers), named);

describe('of a queue that is named', () => {
  it.each([
    [{}, undefined],
    [{ durable: 'true', 'auto-delete': 'false', exclusive: 'false' }, undefined],
    [
      { 'x-message-ttl': '5', 'x-expires': '6', 'x-max-length': '7' },
      { ttl: 5, unused: 6, count: 7 },
    ],
    [{ 'auto-delete': 'true' }, { autoDelete: true }],
    [{ exclusive: 'true' }, { owner: 's', autoDelete: true }],
    [{ durable: 'false' }, { owner: 's', autoDelete: true }],
    [{ durable: 'false', exclusive: 'false' }, { autoDelete: true }],
    [{ durable: 'false', exclusive: 'false', 'auto-delete': 'false' }, undefined],
  ])('%j says %j', (headers, terms) => {
    expect(said(headers as Record<string, string>, true)).toEqual(terms);
  });
});

describe('of a queue that a topic fills', () => {
  it.each([
    [{ 'x-queue-name': 'q' }, { autoDelete: true }],
    [{ 'x-queue-name': 'q', durable: 'true' }, undefined],
    [{ 'x-queue-name': 'q', persistent: 'true' }, undefined],
    [{ 'x-queue-name': 'q', 'auto-delete': 'false' }, undefined],
    [{ durable: 'true', 'x-max-length': '3' }, { count: 3 }],
  ])('%j says %j', (headers, terms) => {
    expect(said(headers as Record<string, string>, false)).toEqual(terms);
  });
});

it.each(['0', '-1', '1.5', 'many', ''])('%j is no number of anything', (text) => {
  expect(() => said({ 'x-max-length': text }, true)).toThrow('is no whole number above 0');
});

it('says nothing where clients of that broker are not expected', () => {
  expect(declaredOf(of(false), Headers.from({ 'x-max-length': 'many' }), true)).toBeUndefined();
});
