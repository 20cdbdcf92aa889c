// stompit as a back-end service uses it, with promises for its callbacks.
import stompit from 'stompit';
import { Arrivals } from './arrivals.ts';

type Client = ReturnType<typeof stompit.connect>;
type Settings = Omit<Parameters<typeof stompit.connect>[0], 'host' | 'port'>;

/** A whole message. */
export interface StompitMessage {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export class Stompit {
  readonly client: Client;
  readonly errors = new Arrivals<Error>(({ message }) => message);

  /** Connects and waits for CONNECTED; rejects with what the ERROR said. */
  static open(address: string, settings: Settings = {}): Promise<Stompit> {
    const { hostname: host, port } = new URL(address);
    return new Promise((resolve, reject) => {
      stompit.connect({ host, port: Number(port), ...settings }, (error, client) => {
        if (error === null) resolve(new Stompit(client));
        else reject(error);
      });
    });
  }

  private constructor(client: Client) {
    this.client = client;
    client.setMaxListeners(0); // one for every send that waits for its receipt
    client.on('error', (error) => this.errors.push(error));
  }

  /** Subscribes; in effect when it resolves, for frames are handled in their order. */
  async subscribe(
    destination: string,
    headers: Record<string, string> = {},
  ): Promise<Arrivals<StompitMessage>> {
    const messages = new Arrivals<StompitMessage>(({ body }) => String(body));
    this.client.subscribe({ destination, ...headers }, (error, message) => {
      if (error !== null) messages.end(error.message);
      else void readWhole(message).then((body) => messages.push({ headers: message.headers, body }));
    });
    await this.send({ destination: '/topic/stompit-has-subscribed' }, '');
    return messages;
  }

  /** Sends and waits for the receipt. */
  send(headers: Record<string, string>, body: string | Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.send({ ...headers }, { onReceipt: resolve, onError: reject }).end(body);
    });
  }

  disconnect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.disconnect((error) => (error === null ? resolve() : reject(error)));
    });
  }

  drop(): void {
    this.client.destroy();
  }
}

async function readWhole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
