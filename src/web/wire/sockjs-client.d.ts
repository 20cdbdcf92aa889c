// The parts of sockjs-client that the page is built of: its own types know the whole alone.

declare module 'sockjs-client/lib/main.js' {
  /** One way to send and receive. */
  export interface Transport {
    readonly transportName: string;
  }
  /** @param transports - those that are tried, in this order */
  export default function socketsOver(transports: readonly Transport[]): new (address: string) => EventTarget;
}

declare module 'sockjs-client/lib/transport/xhr-streaming.js' {
  import type { Transport } from 'sockjs-client/lib/main.js';

  const xhrStreaming: Transport;
  export default xhrStreaming;
}

declare module 'sockjs-client/lib/transport/xhr-polling.js' {
  import type { Transport } from 'sockjs-client/lib/main.js';

  const xhrPolling: Transport;
  export default xhrPolling;
}
