// The options that say who may connect, over what, and how a denial is told.
import { commaSeparated, numberOrText, oneOf, option, optionalFile, textList, yesOrNo } from '../option.ts';

const TRUST = {
  anyOf: [
    { type: 'boolean' },
    { type: 'integer', minimum: 1, maximum: 100 },
    { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string', format: 'proxy-address' } },
  ],
};

function trustFromText(given: string): unknown {
  if (given === 'true' || given === 'false') return given === 'true';
  const value = numberOrText(given);
  return typeof value === 'number' ? value : commaSeparated(value);
}

export const SECURITY = {
  origins: textList({
    default: [],
    flag: 'origin',
    format: 'origin',
    placeholder: '<origin>',
    allowed:
      '*, or origins as browsers send them, such as https://chat.example, http://localhost:3000 or https://*.chat.example (lower case, no path, no default port)',
    reason: 'The pages of other origins that may connect; an empty list admits the same origin only.',
  }),
  allowAnonymous: yesOrNo({
    default: false,
    flag: 'allow-anonymous',
    reason: 'Without authentication, listening beyond loopback is refused unless this says that it is meant.',
  }),
  tlsCert: optionalFile({
    flag: 'tls-cert',
    allowed: 'the path of a PEM file, together with tlsKey',
    reason:
      'The certificate chain for https, wss and STOMP over TLS; without one the service speaks plain text.',
  }),
  tlsKey: optionalFile({
    flag: 'tls-key',
    allowed: 'the path of a PEM file, together with tlsCert',
    reason: 'The private key of tlsCert.',
  }),
  trustProxy: option<boolean | number | readonly string[]>({
    default: false,
    flag: 'trust-proxy',
    placeholder: '<who>',
    allowed:
      'true, false, a number of hops from 1 to 100, or addresses and networks such as 10.0.0.0/8, loopback',
    reason: "Whose X-Forwarded headers are believed; false takes the connection's own address.",
    schema: TRUST,
    fromText: trustFromText,
  }),
  denial: oneOf(['close', 'keep'], {
    default: 'close',
    flag: 'denial',
    placeholder: '<way>',
    reason:
      'A denied SUBSCRIBE ends the connection, or with keep is told on the errors queue while it lives on.',
  }),
};
