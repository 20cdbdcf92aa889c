// What somebody signs in with, and how each way to the service is shown it.
import type { SignInWay } from './config.ts';

/** What was typed. */
export interface SignIn {
  /** Empty where a token says it. */
  readonly name: string;
  /** The passcode or the token, where the service asks for one. */
  readonly secret: string;
}

export interface Credentials {
  readonly connect: Record<string, string>;
  readonly http: Record<string, string>;
  readonly query: Record<string, string>;
}

export function credentialsOf({ name, secret }: SignIn, way: SignInWay): Credentials {
  switch (way) {
    case 'name':
      return { connect: { login: name }, http: {}, query: { userId: name } };
    case 'passcode':
      return {
        connect: { login: name, passcode: secret },
        http: { authorization: `Basic ${base64(`${name}:${secret}`)}` },
        query: {},
      };
    case 'token': {
      const authorization = `Bearer ${secret}`;
      return { connect: { Authorization: authorization }, http: { authorization }, query: {} };
    }
  }
}

/** Of UTF-8, as `btoa` takes no other letters than those of Latin. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
