// Where the service listens for this page: read from the service itself, with its defaults when it does not say.

export interface WireConfig {
  readonly endpoint: string;
  readonly appPrefix: string;
  readonly topicPrefix: string;
  readonly userPrefix: string;
  /** Whether the service keeps what is said in rooms, and knows a message that comes twice. */
  readonly resume: boolean;
}

export const DEFAULT_CONFIG: WireConfig = {
  endpoint: '/ws',
  appPrefix: '/app',
  topicPrefix: '/topic',
  userPrefix: '/user',
  resume: false,
};

/** Reads a configuration key by key: what is missing or not a path keeps its default. */
export function readConfig(source: unknown): WireConfig {
  const given = (typeof source === 'object' && source !== null ? source : {}) as Record<string, unknown>;
  const path = (key: Exclude<keyof WireConfig, 'resume'>): string => {
    const value = given[key];
    return typeof value === 'string' && /^\/[^/]/.test(value) ? value : DEFAULT_CONFIG[key];
  };
  return {
    endpoint: path('endpoint'),
    appPrefix: path('appPrefix'),
    topicPrefix: path('topicPrefix'),
    userPrefix: path('userPrefix'),
    resume: given.resume === true,
  };
}

const PATIENCE = 5_000; // milliseconds; a page that waits for ever is worse than one with the defaults

/** Asks the service; never fails, for the defaults are right for most. */
export async function fetchConfig(fetcher: typeof fetch, address = './stompwire.json'): Promise<WireConfig> {
  try {
    const response = await fetcher(address, { signal: AbortSignal.timeout(PATIENCE) });
    return readConfig(response.ok ? await response.json() : undefined);
  } catch {
    return DEFAULT_CONFIG;
  }
}

/** The WebSocket address of an endpoint on the page's own host. */
export function socketAddress(page: { protocol: string; host: string }, endpoint: string): string {
  return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}${endpoint}`;
}
