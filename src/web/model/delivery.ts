// What becomes of a message that this page sends: one table, state x step, so that what cannot happen is visible.

/**
 * - `queued`: waits for a connection; nobody has it but this page
 * - `sending`: handed to the connection, its RECEIPT is awaited
 * - `interrupted`: the connection ended before a RECEIPT; it is sent again, under its key, with the next one
 * - `confirmed`: the RECEIPT came, the message is published
 * - `unconfirmed`: nothing was heard of it for too long; it may have been published
 * - `failed`: the service refused it, or it could not be sent in time
 */
export type Delivery = 'queued' | 'sending' | 'interrupted' | 'confirmed' | 'unconfirmed' | 'failed';

/** What happens to a message: it is written, answered, cut off, given up, or tried again by its author. */
export type DeliveryStep = 'write' | 'receipt' | 'refusal' | 'loss' | 'doubt' | 'retry';

const NEXT: Readonly<Record<Delivery, Readonly<Partial<Record<DeliveryStep, Delivery>>>>> = {
  queued: { write: 'sending', refusal: 'failed' },
  sending: { receipt: 'confirmed', refusal: 'failed', loss: 'interrupted', doubt: 'unconfirmed' },
  interrupted: { write: 'sending', receipt: 'confirmed', refusal: 'failed', doubt: 'unconfirmed' },
  confirmed: {},
  unconfirmed: { receipt: 'confirmed', refusal: 'failed', retry: 'interrupted' },
  failed: { retry: 'queued' },
};

/** The state after a step; a step that the state does not know changes nothing. */
export function advance(delivery: Delivery, step: DeliveryStep): Delivery {
  return NEXT[delivery][step] ?? delivery;
}

/** True when the message left this page, so that a MESSAGE of the same text may be this very one. */
export function mayBePublished(delivery: Delivery): boolean {
  return delivery !== 'queued' && delivery !== 'failed';
}

/** True when only its author can say whether it should be sent again. */
export function needsDecision(delivery: Delivery): boolean {
  return delivery === 'failed' || delivery === 'unconfirmed';
}

/** True while this page sends it by itself as soon as it can, also after it was loaded anew. */
export function isOnItsWay(delivery: Delivery): boolean {
  return delivery === 'queued' || delivery === 'sending' || delivery === 'interrupted';
}
