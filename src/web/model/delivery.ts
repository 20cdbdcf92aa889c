// What becomes of a message that this page sends: one table, state x step, so that what cannot happen is visible.

/**
 * - `queued`: waits for a connection; nobody has it but this page
 * - `sending`: handed to the connection, its RECEIPT is awaited
 * - `confirmed`: the RECEIPT came, the message is published
 * - `unconfirmed`: the connection ended, or nothing was heard, before a RECEIPT; it may have been published
 * - `failed`: the service refused it
 */
export type Delivery = 'queued' | 'sending' | 'confirmed' | 'unconfirmed' | 'failed';

/** What happens to a message: it is written, answered, lost sight of, or tried again by its author. */
export type DeliveryStep = 'write' | 'receipt' | 'refusal' | 'loss' | 'retry';

const NEXT: Readonly<Record<Delivery, Readonly<Partial<Record<DeliveryStep, Delivery>>>>> = {
  queued: { write: 'sending' },
  sending: { receipt: 'confirmed', refusal: 'failed', loss: 'unconfirmed' },
  confirmed: {},
  unconfirmed: { receipt: 'confirmed', refusal: 'failed', retry: 'queued' },
  failed: { retry: 'queued' },
};

/** The state after a step; a step that the state does not know changes nothing. */
export function advance(delivery: Delivery, step: DeliveryStep): Delivery {
  return NEXT[delivery][step] ?? delivery;
}

/** True when the message left this page, so that a MESSAGE of the same text may be this very one. */
export function mayBePublished(delivery: Delivery): boolean {
  return delivery === 'sending' || delivery === 'confirmed' || delivery === 'unconfirmed';
}

/** True when only its author can say whether it should be sent again. */
export function needsDecision(delivery: Delivery): boolean {
  return delivery === 'failed' || delivery === 'unconfirmed';
}
