// Where a message stands in the log of its destination, as its message-id says.

/** What a message-id of a logged destination says. */
export interface Place {
  /** The message-id itself: what `resume-from` takes. */
  readonly id: string;
  readonly epoch: number;
  readonly seq: number;
}

/** `<destination hash>.<epoch>-<seq>`; ids of other shapes are no places. */
const shape = /^[\w-]{12}\.(\d{1,16})-(\d{1,16})$/;

/** The place that a message-id names; `undefined` for that of a destination which keeps no log. */
export function placeOf(id: string | undefined): Place | undefined {
  const [, epoch, seq] = shape.exec(id ?? '') ?? [];
  return epoch === undefined ? undefined : { id: id!, epoch: Number(epoch), seq: Number(seq) };
}

/** Whether a place of the same log comes behind another. */
export function isBehind(place: Place, other: Place): boolean {
  return place.epoch === other.epoch ? place.seq > other.seq : place.epoch > other.epoch;
}
