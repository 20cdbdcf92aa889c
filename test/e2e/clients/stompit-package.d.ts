// The part of stompit that the tests use; the package brings no types.
declare module 'stompit' {
  import type { Readable, Writable } from 'node:stream';

  interface ConnectOptions {
    host: string;
    port: number;
    ssl?: boolean;
    ca?: string;
    connectHeaders?: Record<string, string>;
    /** What it sends and wants, in ms; margins as the library names them. */
    heartbeat?: readonly [number, number];
    heartbeatDelayMargin?: number;
  }

  interface SendOptions {
    onReceipt?: () => void;
    onError?: (error: Error) => void;
  }

  type MessageFrame = Readable & { readonly command: string; readonly headers: Record<string, string> };

  type Delivered = Pick<MessageFrame, 'headers'>;

  interface Transaction {
    readonly id: string | number;
    send(headers: Record<string, string>, options?: SendOptions): Writable;
    commit(options?: SendOptions): void;
    abort(options?: SendOptions): void;
  }

  interface Client {
    readonly headers: Record<string, string>;
    send(headers: Record<string, string>, options?: SendOptions): Writable;
    sendFrame(command: string, headers: Record<string, string>, options?: SendOptions): Writable;
    subscribe(
      headers: Record<string, string>,
      listener: (error: Error | null, message: MessageFrame) => void,
    ): { unsubscribe(): void };
    ack(message: Delivered, headers?: Record<string, string>, options?: SendOptions): void;
    nack(message: Delivered, headers?: Record<string, string>, options?: SendOptions): void;
    begin(): Transaction;
    disconnect(callback: (error: Error | null) => void): void;
    destroy(error?: Error): void;
    setMaxListeners(count: number): void;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'end', listener: () => void): void;
  }

  const stompit: {
    connect(options: ConnectOptions, listener: (error: Error | null, client: Client) => void): Client;
  };
  export default stompit;
}
