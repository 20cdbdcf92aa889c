// The claims port, for what runs handlers: relays implement it that join several nodes.
export type { Claim, Claims, Outcome, Place } from '../relay/claims.ts';
