// The delivery of an own message, state by state.
import { describe, expect, it } from 'vitest';
import {
  advance,
  type Delivery,
  isOnItsWay,
  mayBePublished,
  needsDecision,
} from '../../../src/web/model/delivery.ts';

const all: Delivery[] = ['queued', 'sending', 'interrupted', 'confirmed', 'unconfirmed', 'failed'];

describe('the delivery of a message', () => {
  it('goes from queued over sending to confirmed', () => {
    expect(advance(advance('queued', 'write'), 'receipt')).toBe('confirmed');
  });

  it('is interrupted when the connection ends before the receipt, and sent again by the next one', () => {
    expect(advance('sending', 'loss')).toBe('interrupted');
    expect(advance('interrupted', 'write')).toBe('sending');
  });

  it('is unconfirmed when nothing was heard for too long, and confirmed when the receipt comes after all', () => {
    expect((['sending', 'interrupted'] as const).map((one) => advance(one, 'doubt'))).toEqual([
      'unconfirmed',
      'unconfirmed',
    ]);
    expect(advance('unconfirmed', 'receipt')).toBe('confirmed');
  });

  it('leaves a queued message queued when the connection ends: it never went out', () => {
    expect(advance('queued', 'loss')).toBe('queued');
  });

  it('is not taken back by a late refusal or a second write', () => {
    expect(advance('confirmed', 'refusal')).toBe('confirmed');
    expect(advance('sending', 'write')).toBe('sending');
  });

  it('is tried again only by its author, and only when it failed or is unconfirmed', () => {
    expect(all.filter((one) => advance(one, 'retry') !== one)).toEqual(['unconfirmed', 'failed']);
    expect(all.filter(needsDecision)).toEqual(['unconfirmed', 'failed']);
  });

  it('may be published from the moment it left until it is refused', () => {
    expect(all.filter((one) => !mayBePublished(one))).toEqual(['queued', 'failed']);
  });

  it('goes on by itself, after a reload too, until it is confirmed or its author is asked', () => {
    expect(all.filter(isOnItsWay)).toEqual(['queued', 'sending', 'interrupted']);
  });
});
