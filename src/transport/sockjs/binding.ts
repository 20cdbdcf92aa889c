// Whom a session belongs to: what its opening request showed, and later requests must show again.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Shorter values can be guessed, or are the same for many clients: a language, a consent. */
const secretLength = 16;

/**
 * What a request shows of its sender: credentials and cookies, never the address, which phones change. Kept
 * as digests. JSESSIONID does not count: it names a server, not a client.
 */
export class Binding {
  readonly #whole: string;
  readonly #secrets: readonly string[];

  /** @param bindingOf - names the owner; without it, see {@link admits} */
  constructor(request: IncomingMessage, bindingOf?: (request: IncomingMessage) => string) {
    const shown = bindingOf === undefined ? shownBy(request) : [bindingOf(request)];
    this.#whole = digest(shown.join('\n'));
    this.#secrets = bindingOf === undefined ? shown.filter(isSecret).map(digest) : [];
  }

  /**
   * Whether another request comes from the same client. It shows the same, or at least one thing that
   * nobody can guess: other cookies come and go while a page is open, set by scripts that count visits.
   */
  admits(other: Binding): boolean {
    return this.#whole === other.#whole || this.#secrets.some((one) => other.#secrets.includes(one));
  }
}

/** `name=value` of each cookie and of the credentials. */
function shownBy({ headers }: IncomingMessage): string[] {
  const cookies = (headers.cookie ?? '').split(';').map((one) => one.trim());
  const shown = cookies.filter((one) => one !== '' && !/^JSESSIONID=/i.test(one));
  if (headers.authorization !== undefined) shown.push(`authorization=${headers.authorization}`);
  return shown.sort();
}

function isSecret(shown: string): boolean {
  return shown.length - shown.indexOf('=') - 1 >= secretLength;
}

function digest(text: string): string {
  return text === '' ? '' : createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
