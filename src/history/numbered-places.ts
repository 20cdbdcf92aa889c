// Finds the place that a number names: which epoch it is of, without asking the store for each.
import { numberOf, type Position } from '../message/position.ts';

/** So many destinations are remembered; and of each so many epochs, the latest that were asked for. */
const mostDestinations = 1000;
const mostEpochs = 8;

/** An epoch, and the number up to which nothing of another one comes between. */
interface Reach {
  readonly epoch: number;
  readonly upTo: number;
}

/** The last message at a place or before it; the store has it, if anybody. */
type Nearest = (before: Position) => Promise<Position | undefined>;

/**
 * A number is an epoch and a seq in one, but which epoch it is depends on which ones there are. Whatever has the epoch
 * that counts now is known without asking; of an older one that was found it is known that numbers between its begin and
 * the message that was found are its own, for a destination only grows at its end.
 */
export class NumberedPlaces {
  readonly #known = new Map<string, Reach[]>();

  /** Its place among those of its destination, whether there is a message of that number or not. */
  async of(destination: string, number: number, current: number, nearest: Nearest): Promise<Position> {
    const epoch = number >= beginOf(current) ? current : await this.#older(destination, number, nearest);
    return { epoch, seq: Math.max(0, number - beginOf(epoch)) };
  }

  async #older(destination: string, number: number, nearest: Nearest): Promise<number> {
    const reaches = this.#known.get(destination) ?? [];
    const known = reaches.find(({ epoch, upTo }) => beginOf(epoch) <= number && number <= upTo);
    if (known !== undefined) return known.epoch;
    const found = await nearest({ epoch: Math.floor(number / beginOf(1)) + 1, seq: 0 });
    if (found === undefined) return 0;
    const others = reaches.filter(({ epoch }) => epoch !== found.epoch);
    this.#keep(destination, [{ epoch: found.epoch, upTo: numberOf(found) }, ...others].slice(0, mostEpochs));
    return found.epoch;
  }

  #keep(destination: string, reaches: Reach[]): void {
    this.#known.delete(destination);
    this.#known.set(destination, reaches);
    if (this.#known.size > mostDestinations) this.#known.delete(this.#known.keys().next().value!);
  }
}

const beginOf = (epoch: number): number => numberOf({ epoch, seq: 0 });
