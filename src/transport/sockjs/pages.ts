// What an endpoint shows beside its sessions: greeting, info, the iframe page and the client's script.
import { createHash, randomBytes } from 'node:crypto';
import { clientScript } from './client-script.ts';
import { allows, answer, answerPreflight, cachedForLong, type Exchange, notCached, say } from './exchange.ts';

/** What the pages say depends on. */
export interface PageOptions {
  readonly websocket: boolean;
  readonly cookieNeeded: boolean;
  /** Where the client's script is; `undefined`: the iframe transports are off. */
  readonly scriptUrl: string | undefined;
  /** Whether the iframe page is for pages of its own origin only. */
  readonly sameOrigin: boolean;
}

const get = 'GET, HEAD';

/** The static side of an endpoint. */
export class Pages {
  readonly #options: PageOptions;

  constructor(options: PageOptions) {
    this.#options = options;
  }

  /** @param rest - the path behind the prefix. @returns false when there is no such page */
  serve(exchange: Exchange, rest: string): boolean {
    if (rest === '' || rest === '/') greet(exchange);
    else if (rest === '/info') this.#info(exchange);
    else if (this.#options.scriptUrl === undefined) return false;
    else if (/^\/iframe(-[^/]*)?\.html$/.test(rest)) this.#iframe(exchange, this.#options.scriptUrl);
    else if (rest === '/sockjs.min.js') serveScript(exchange);
    else return false;
    return true;
  }

  /** [SockJS 0.3.3, InfoTest] */
  #info(exchange: Exchange): void {
    if (!allows(exchange, 'OPTIONS, GET')) return;
    if (exchange.request.method === 'OPTIONS') return answerPreflight(exchange, 'OPTIONS, GET');
    const { websocket, cookieNeeded } = this.#options;
    const entropy = randomBytes(4).readUInt32BE();
    const info = { websocket, origins: ['*:*'], cookie_needed: cookieNeeded, entropy };
    const type = { 'Content-Type': 'application/json; charset=UTF-8' };
    answer(exchange, 200, { ...notCached, ...type }, JSON.stringify(info));
  }

  /** [SockJS 0.3.3, IframePage] */
  #iframe(exchange: Exchange, scriptUrl: string): void {
    const frame = this.#options.sameOrigin ? { 'X-Frame-Options': 'SAMEORIGIN' } : {};
    serveCached(exchange, iframePage(scriptUrl), { 'Content-Type': 'text/html; charset=UTF-8', ...frame });
  }
}

/** [SockJS 0.3.3, BaseUrlGreeting] */
function greet(exchange: Exchange): void {
  if (allows(exchange, get)) say(exchange, 200, 'Welcome to SockJS!\n');
}

function serveScript(exchange: Exchange): void {
  const script = clientScript();
  const type = { 'Content-Type': 'application/javascript; charset=UTF-8' };
  if (script !== undefined) serveCached(exchange, script, type);
  else say(exchange, 404, 'The script of sockjs-client is not installed.\n');
}

/** Serves what never changes under its address, and says so; an ETag tells when it did. */
function serveCached(exchange: Exchange, body: string, headers: Record<string, string>): void {
  if (!allows(exchange, get)) return;
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const known = exchange.request.headers['if-none-match']?.includes(tag) ?? false;
  const caching = { ...cachedForLong(), ETag: tag };
  if (known) answer(exchange, 304, caching);
  else answer(exchange, 200, { ...caching, ...headers }, body);
}

/** Letter by letter what the protocol prescribes. */
const iframePage = (scriptUrl: string): string => `<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script>
    document.domain = document.domain;
    _sockjs_onload = function(){SockJS.bootstrap_iframe();};
  </script>
  <script src="${scriptUrl}"></script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>
`;
