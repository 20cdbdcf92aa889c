// The delivery of an own message, state by state.
import { describe, expect, it } from 'vitest';
import { advance, type Delivery, mayBePublished, needsDecision } from '../../../src/web/model/delivery.ts';

describe('the delivery of a message', () => {
  it('goes from queued over sending to confirmed', () => {
    expect(advance(advance('queued', 'write'), 'receipt')).toBe('confirmed');
  });

  it('is unconfirmed when the connection ends before the receipt, and confirmed when that comes after all', () => {
    expect(advance('sending', 'loss')).toBe('unconfirmed');
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
    const all: Delivery[] = ['queued', 'sending', 'confirmed', 'unconfirmed', 'failed'];
    expect(all.filter((one) => advance(one, 'retry') !== one)).toEqual(['unconfirmed', 'failed']);
    expect(all.filter(needsDecision)).toEqual(['unconfirmed', 'failed']);
  });

  it('may be published from the moment it left until it is refused', () => {
    expect((['queued', 'failed'] as const).some(mayBePublished)).toBe(false);
    expect((['sending', 'confirmed', 'unconfirmed'] as const).every(mayBePublished)).toBe(true);
  });
});
