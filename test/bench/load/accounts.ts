// What a producer of the benchmark of queues has sent, and what of that has come: once each, and each consumer's in order.

/** How many messages are to be answered, and how. */
export interface AccountTerms {
  /** Each so manieth asks for a RECEIPT. */
  readonly receiptEvery: number;
}

/** The account of one producer. A broker that loses or doubles something is told by an error, or by what is missing. */
export class Account {
  readonly #terms: AccountTerms;
  readonly #underWay = new Set<number>();
  #sent = 0;
  #receipts = 0;

  constructor(terms: AccountTerms) {
    this.#terms = terms;
  }

  /** How many are under way: not delivered, or where each asks for a RECEIPT not answered. */
  get underWay(): number {
    const unanswered = this.#terms.receiptEvery === 1 ? this.#sent - this.#receipts : 0;
    return Math.max(this.#underWay.size, unanswered);
  }

  /** Whether all that was sent has come, and been answered. */
  get done(): boolean {
    return this.missing === '';
  }

  /** What has not; nothing: `''`. */
  get missing(): string {
    const receipts = Math.floor(this.#sent / this.#terms.receiptEvery) - this.#receipts;
    const [first] = this.#underWay;
    if (first !== undefined) return `${this.#underWay.size} messages never came, the first is ${first}`;
    return receipts > 0 ? `${receipts} RECEIPTs never came` : '';
  }

  /** @returns the number of the next message */
  send(): number {
    this.#underWay.add(++this.#sent);
    return this.#sent;
  }

  /** A consumer has a message. @throws {Error} when one had it before, or nobody sent it */
  arrived(number: number): void {
    if (!this.#underWay.delete(number)) throw new Error(`message ${number} came again, or was never sent`);
  }

  /** @throws {Error} when it is not the next one */
  receipt(id: string): void {
    this.#receipts++;
    if (Number(id) !== this.#receipts * this.#terms.receiptEvery)
      throw new Error(`RECEIPT ${id} out of order`);
  }
}
