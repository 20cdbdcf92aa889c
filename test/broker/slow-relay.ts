// The memory relay, but that interest is granted or refused when the test says so, and cannot be taken back.
import { StompwireError } from '../../src/errors.ts';
import type { Message } from '../../src/message/message.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import type { Deliver, Relay } from '../../src/relay/relay.ts';
import { Gate } from './gate.ts';

export class SlowRelay implements Relay {
  readonly asked: string[] = [];
  readonly gates: Gate[] = [];
  readonly published: Message[] = [];
  readonly #memory = new MemoryRelay();

  start(deliver: Deliver): void {
    this.#memory.start(deliver);
  }

  publish(message: Message): void {
    this.published.push(message);
    this.#memory.publish(message);
  }

  interest(destination: string): Promise<void> {
    this.asked.push(`+${destination}`);
    const gate = new Gate();
    this.gates.push(gate);
    return gate.opened;
  }

  disinterest(destination: string): Promise<void> {
    this.asked.push(`-${destination}`);
    return Promise.reject(new StompwireError('relay-unavailable'));
  }

  close(): void {
    this.#memory.close();
  }
}
