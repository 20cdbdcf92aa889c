// A subscriber that writes down what it hears.
import { Buffer } from 'node:buffer';
import type { Subscriber } from '../../src/broker/subscriptions.ts';
import { Message } from '../../src/message/message.ts';

export class Listener implements Subscriber {
  slot = 0;
  readonly owner: string;
  readonly messages: Message[] = [];

  constructor(owner = 'somebody') {
    this.owner = owner;
  }

  /** The ids of the messages. */
  get heard(): string[] {
    return this.messages.map(({ id }) => id);
  }

  deliver(message: Message): void {
    this.messages.push(message);
  }
}

export function messageTo(destination: string, id = '1', excludes?: string): Message {
  return new Message({ destination, body: Buffer.from('hi'), id, excludes });
}
