// The HTTP transports by the last part of their path: methods, framing, and how their uploads are answered.
import type { OutgoingHttpHeaders } from 'node:http';
import { allows, answer, answerPreflight, type Exchange, notCached, say } from './exchange.ts';
import {
  eventSourceFraming,
  type HttpFraming,
  htmlFileFraming,
  jsonpFraming,
  xhrFraming,
  xhrStreamingFraming,
} from './framing.ts';
import type { HttpSessions } from './http-sessions.ts';

/** Serves one request of a session. */
type Serve = (
  sessions: HttpSessions,
  exchange: Exchange,
  session: string,
  headers: OutgoingHttpHeaders,
) => void;

interface HttpTransport {
  readonly allow: string;
  /** Whether it is one of those that carry no Origin: `jsonp` by a script tag, `htmlfile` in an iframe. */
  readonly kind?: 'jsonp' | 'iframe';
  readonly serve: Serve;
}

const posted = 'OPTIONS, POST';

export const httpTransports = new Map<string, HttpTransport>([
  ['xhr', { allow: posted, serve: receiving(() => xhrFraming) }],
  ['xhr_streaming', { allow: posted, serve: receiving(() => xhrStreamingFraming) }],
  ['xhr_send', { allow: posted, serve: sending }],
  ['eventsource', { allow: 'GET', serve: receiving(() => eventSourceFraming) }],
  ['htmlfile', { allow: 'GET', kind: 'iframe', serve: receivingBy(htmlFileFraming) }],
  ['jsonp', { allow: 'GET', kind: 'jsonp', serve: receivingBy(jsonpFraming) }],
  ['jsonp_send', { allow: 'POST', kind: 'jsonp', serve: sendingForm }],
]);

/** Serves a request whose transport is known. @param cookie - the sticky cookie, or nothing */
export function serveTransport(
  transport: HttpTransport,
  sessions: HttpSessions,
  exchange: Exchange,
  session: string,
  cookie: OutgoingHttpHeaders,
): void {
  if (!allows(exchange, transport.allow)) return;
  if (exchange.request.method === 'OPTIONS') return answerPreflight(exchange, transport.allow, cookie);
  transport.serve(sessions, exchange, session, { ...notCached, ...cookie });
}

function receiving(framing: () => HttpFraming): Serve {
  return (sessions, exchange, session, headers) => sessions.receive(exchange, session, headers, framing());
}

/** The page names the function that frames are given to [SockJS 0.3.3, HtmlFile, JsonPolling]. */
function receivingBy(framing: (callback: string) => HttpFraming): Serve {
  return (sessions, exchange, session, headers) => {
    const query = new URLSearchParams(exchange.handshake.query);
    const callback = query.get('c') ?? query.get('callback');
    if (callback === null || callback === '') {
      say(exchange, 500, '"callback" parameter required', headers);
    } else if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(callback)) {
      say(exchange, 500, 'invalid "callback" parameter', headers);
    } else {
      sessions.receive(exchange, session, { ...headers, ...asItSays }, framing(callback));
    }
  };
}

/** What carries a name that the request chose is never taken for anything but its type. */
const asItSays = Object.freeze({ 'X-Content-Type-Options': 'nosniff' });

const plainText = Object.freeze({ 'Content-Type': 'text/plain; charset=UTF-8' });

function sending(
  sessions: HttpSessions,
  exchange: Exchange,
  session: string,
  headers: OutgoingHttpHeaders,
): void {
  sessions.upload(exchange, session, headers, {
    payloadOf: (body) => body,
    accept: () => answer(exchange, 204, { ...headers, ...plainText }),
  });
}

/** A form with one field, as a hidden iframe posts it; or the payload itself [SockJS 0.3.3, JsonPolling]. */
function sendingForm(
  sessions: HttpSessions,
  exchange: Exchange,
  session: string,
  headers: OutgoingHttpHeaders,
): void {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(
    exchange.request.headers['content-type'] ?? '',
  );
  sessions.upload(exchange, session, headers, {
    payloadOf: (body) => (isForm ? (new URLSearchParams(body).get('d') ?? '') : body),
    accept: () => say(exchange, 200, 'ok', headers),
  });
}
