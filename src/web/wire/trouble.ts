// What the page says of errors: those that everybody meets in its own words, others in those of the service.
import type { ClientError } from '../../client/index.ts';
import { words } from '../words/words.ts';
import type { SignInWay } from './config.ts';

/** Why somebody is signed in no more; none: they still are. @param wasIn - the service had let them in before */
export function refusalWords(
  { code, message }: Pick<ClientError, 'code' | 'message'>,
  way: SignInWay,
  wasIn: boolean,
): string | undefined {
  const { expired, noLongerKnown, refused, refusedToken, endedBy } = words();
  if (code === 'credentials-expired') return expired;
  if (code === 'ended-by-application') return endedBy(message);
  if (code !== 'authentication-failed') return undefined;
  if (wasIn) return noLongerKnown;
  return way === 'token' ? refusedToken : refused;
}

/** What went wrong, of which the page goes on. */
export function troubleWords({ code, message }: Pick<ClientError, 'code' | 'message'>): string {
  return words().trouble(code) ?? message;
}
