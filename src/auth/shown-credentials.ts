// What one client shows: the headers of its frame, and the places of its handshake that may hold a token.
import type { Frame } from '../../frames/index.ts';
import { withoutCredentials } from '../message/headers.ts';
import type { Handshake, Peer } from '../transport/transport.ts';
import type { Credentials } from './authenticator.ts';
import { cookieOf } from './cookies.ts';
import { type OurPage, type OurPageOptions, ourPage } from './our-page.ts';
import { refusal } from './refusal.ts';

/** Where a handshake may hold a token, by name; a place without a name is not looked at. */
export interface TokenPlaces {
  readonly authCookie: string | undefined;
  readonly authQuery: string | undefined;
  readonly authSubprotocol: string | undefined;
}

/** What a server knows of all clients' credentials. */
export interface CredentialRules {
  readonly places: TokenPlaces;
  readonly ourPage: OurPage;
  /** The frame as others than the authenticator may see it. */
  readonly conceal: (frame: Frame) => Frame;
}

/** The rules that the options give. */
export function credentialRules(options: TokenPlaces & OurPageOptions): CredentialRules {
  const { authCookie, authQuery, authSubprotocol, csrfHeader } = options;
  return {
    places: { authCookie, authQuery, authSubprotocol },
    ourPage: ourPage(options),
    conceal: ({ command, headers, body }) => ({
      command,
      headers: withoutCredentials(headers, csrfHeader),
      body,
    }),
  };
}

/** The part of a frame that is looked at. */
interface HeaderValues {
  get(name: string): string | undefined;
}

/**
 * The credentials of one CONNECT, or of one SEND that shows fresh ones (which has no handshake any more).
 * What the page said on purpose goes before what the browser added by itself. The first place that holds
 * anything decides; a bad token in it is not made good by another one elsewhere.
 */
export class ShownCredentials implements Credentials {
  readonly handshake: Handshake | undefined;
  readonly peer: Peer;
  readonly #headers: HeaderValues;
  readonly #rules: CredentialRules;

  constructor(headers: HeaderValues, handshake: Handshake | undefined, peer: Peer, rules: CredentialRules) {
    this.#headers = headers;
    this.handshake = handshake;
    this.peer = peer;
    this.#rules = rules;
  }

  get login(): string | undefined {
    return this.#headers.get('login');
  }

  get passcode(): string | undefined {
    return this.#headers.get('passcode');
  }

  header(name: string): string | undefined {
    return this.#headers.get(name);
  }

  token(): string | undefined {
    return this.#bearer() ?? (this.passcode || undefined) ?? this.#fromHandshake();
  }

  cookie(name: string): string | undefined {
    if (this.handshake === undefined) return undefined;
    const value = cookieOf(this.handshake, name);
    if (value === undefined) return undefined;
    const fault = this.#rules.ourPage({
      handshake: this.handshake,
      peer: this.peer,
      header: (header) => this.header(header),
    });
    if (fault !== undefined) throw refusal(fault);
    return value;
  }

  /** STOMP's names are sensitive to case, HTTP's are not; clients write both. */
  #bearer(): string | undefined {
    const value = this.#headers.get('Authorization') ?? this.#headers.get('authorization');
    if (value === undefined || value === '') return undefined;
    const token = bearerToken(value);
    if (token === undefined) throw refusal('the Authorization header is not "Bearer <token>"');
    return token;
  }

  #fromHandshake(): string | undefined {
    const { handshake } = this;
    if (handshake === undefined) return undefined;
    const { authSubprotocol, authQuery, authCookie } = this.#rules.places;
    return (
      (authSubprotocol && subprotocolToken(handshake, authSubprotocol)) ||
      (authQuery && new URLSearchParams(handshake.query).get(authQuery)) ||
      bearerToken(handshake.headers.authorization ?? '') ||
      (authCookie && this.cookie(authCookie)) ||
      undefined
    );
  }
}

/** [RFC 6750, 2.1] */
function bearerToken(value: string): string | undefined {
  return /^bearer +(\S+) *$/i.exec(value)?.[1];
}

/** Pages cannot set headers of a handshake but this one: they offer `<name>.<token>` beside `v12.stomp`. */
function subprotocolToken({ headers }: Handshake, name: string): string | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  return offered.find((one) => one.startsWith(`${name}.`))?.slice(name.length + 1);
}
