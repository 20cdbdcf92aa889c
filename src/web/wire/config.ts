// Where the service listens for this page: read from the service itself, with its defaults when it does not say.

export interface WireConfig {
  readonly endpoint: string;
  readonly appPrefix: string;
  readonly topicPrefix: string;
  readonly userPrefix: string;
  /** Whether the service keeps what is said in rooms, and knows a message that comes twice. */
  readonly resume: boolean;
  /** What people are asked for. */
  readonly signIn: SignInWay;
  /** Whether a room is there from its first use; else it is made, and joined. */
  readonly open: boolean;
  /** Where old messages are had over HTTP; nowhere when the service does not say. */
  readonly api: string | undefined;
  /** Who is silent for so many milliseconds passes for away; 0: who does not say so does not. */
  readonly awayAfter: number;
  readonly features: ReadonlySet<Feature>;
}

/** A name alone, a name with a passcode, or a token that says who it is. */
export type SignInWay = 'name' | 'passcode' | 'token';

/** What the page shows only of a service that offers it. */
export type Feature = (typeof FEATURES)[number];

const WAYS: readonly SignInWay[] = ['name', 'passcode', 'token'];
const FEATURES = [
  ...(['rooms', 'presence', 'typing', 'unread', 'edit'] as const),
  ...(['replies', 'reactions', 'mentions', 'attachments', 'seen', 'notifications'] as const),
] as const;

export const DEFAULT_CONFIG: WireConfig = {
  endpoint: '/ws',
  appPrefix: '/app',
  topicPrefix: '/topic',
  userPrefix: '/user',
  resume: false,
  signIn: 'name',
  open: true,
  api: undefined,
  awayAfter: 0,
  features: new Set(),
};

/** Reads a configuration key by key: what is missing or not a path keeps its default. */
export function readConfig(source: unknown): WireConfig {
  const given = (typeof source === 'object' && source !== null ? source : {}) as Record<string, unknown>;
  const path = <K extends PathKey>(key: K): WireConfig[K] => {
    const value = given[key];
    return typeof value === 'string' && /^\/[^/]/.test(value)
      ? (value as WireConfig[K])
      : DEFAULT_CONFIG[key];
  };
  const { awayAfter } = given;
  const offered: readonly unknown[] = Array.isArray(given.features) ? given.features : [];
  return {
    endpoint: path('endpoint'),
    appPrefix: path('appPrefix'),
    topicPrefix: path('topicPrefix'),
    userPrefix: path('userPrefix'),
    resume: given.resume === true,
    signIn: WAYS.find((way) => way === given.signIn) ?? DEFAULT_CONFIG.signIn,
    open: given.open !== false,
    api: path('api'),
    awayAfter: Number.isSafeInteger(awayAfter) ? Math.max(0, Number(awayAfter)) : DEFAULT_CONFIG.awayAfter,
    features: new Set(FEATURES.filter((feature) => offered.includes(feature))),
  };
}

type PathKey = 'endpoint' | 'appPrefix' | 'topicPrefix' | 'userPrefix' | 'api';

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
