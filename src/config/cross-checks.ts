// The rules that hold between options, checked once every source has been laid over the other.
import { aliasOf } from '../session/aliases.ts';
import { authChecks } from './auth-checks.ts';
import { opsAddress } from './host-port.ts';
import { loggedChecks } from './logged-checks.ts';
import type { Config, OptionKey } from './schema.ts';
import type { Check, Named, Problem } from './validate.ts';

const WEBSOCKET = '/websocket';

/** Destinations are told apart by prefix, so no prefix may lie within another. */
const prefixesApart: Check = (config, named) => {
  const prefixes = prefixesOf(config);
  return prefixes.flatMap(([key, prefix], at) =>
    prefixes
      .filter(
        ([, outer], other) => other !== at && isWithin(prefix, outer) && (prefix !== outer || other < at),
      )
      .map(([otherKey, outer]) => ({
        keys: [key, otherKey],
        line: `${named(key)}: "${prefix}" lies within "${outer}" of ${named(otherKey)}; give prefixes that do not contain one another`,
      })),
  );
};

function prefixesOf(config: Config): Array<readonly [OptionKey, string]> {
  const broker = config.brokerPrefixes.map((prefix) => ['brokerPrefixes', prefix] as const);
  return [['appPrefix', config.appPrefix], ['userPrefix', config.userPrefix], ...broker];
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}

/** Every endpoint also answers under `/websocket`, as SockJS clients ask for it. */
const endpointsApart: Check = ({ endpoints }, named) =>
  endpoints
    .map((path) => ({ path, outer: path.slice(0, -WEBSOCKET.length) }))
    .filter(({ path, outer }) => path.endsWith(WEBSOCKET) && endpoints.includes(outer))
    .map(({ path, outer }) => ({
      keys: ['endpoints'],
      line: `${named('endpoints')}: "${path}" is answered by "${outer}" already; leave it out`,
    }));

/** One path cannot be both, and SockJS answers whatever lies within an endpoint. */
const plainApart: Check = ({ endpoints, plainEndpoint: plain }, named) =>
  endpoints
    .filter((path) => plain !== undefined && isWithin(plain, path))
    .map((path) => ({
      keys: ['plainEndpoint', 'endpoints'],
      line: `${named('plainEndpoint')}: "${plain}" lies within "${path}" of ${named('endpoints')}; give a path of its own`,
    }));

/** What is said of an endpoint that is not there would silently do nothing. */
const plainThere: Check = ({ plainEndpoint, plainPrefix, plainEcho }, named) => {
  if (plainEndpoint !== undefined) return [];
  const idle: OptionKey[] = [
    ...(plainPrefix === undefined ? [] : ['plainPrefix' as const]),
    ...(plainEcho ? [] : ['plainEcho' as const]),
  ];
  return idle.map((key) => ({
    keys: [key, 'plainEndpoint'],
    line: `${named(key)} has no effect without plainEndpoint; give that too, or leave it out`,
  }));
};

/** One destination cannot mean two; and what an alias leads to has to be somewhere. */
const aliasesLead: Check = (config, named) => {
  const { aliases } = config;
  const known = [...prefixesOf(config).map(([, prefix]) => prefix), '/queue', '/exchange'];
  const problem = (line: string): Problem => ({ keys: ['aliases'], line: `${named('aliases')}: ${line}` });
  const shapes = aliases.map((text) => aliasOf(text)?.from.replace(/\{[^}]*\}/g, '{}'));
  const twice = aliases.filter((_, at) => shapes.indexOf(shapes[at]) !== at);
  const nowhere = aliases.filter(
    (text) => !known.some((prefix) => isWithin(aliasOf(text)?.to ?? '', prefix)),
  );
  return [
    ...twice.map((text) =>
      problem(`"${text}" stands for what another one stands for; leave one of them out`),
    ),
    ...nowhere.map((text) =>
      problem(`"${text}" leads to none of ${known.join(', ')}; give one of these prefixes`),
    ),
  ];
};

/** A certificate without its key, or the other way round, would silently serve plain text. */
const certificateWithKey: Check = ({ tlsCert, tlsKey }, named) => {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return [];
  const keys: [OptionKey, OptionKey] = tlsKey === undefined ? ['tlsCert', 'tlsKey'] : ['tlsKey', 'tlsCert'];
  return [{ keys, line: `${named(keys[0])} needs ${keys[1]}; give both of them, or neither` }];
};

/** Two listeners cannot share a port; told here, it is not mistaken for another program's port. */
const portsApart: Check = (config, named) => {
  const ports = portsOf(config);
  return ports.flatMap(([key, port], at) => {
    const earlier = ports.slice(0, at).find(([, other]) => other === port && port !== 0);
    if (earlier === undefined) return [];
    const line = `${named(key)}: ${port} is taken by ${named(earlier[0])}; give another port`;
    return [{ keys: [key, earlier[0]], line }];
  });
};

/** A burst of what is not limited would silently limit nothing. */
const burstOfLimit: Check = ({ sendBurst, sendsPerSecond }, named) => {
  if (sendBurst === 0 || sendsPerSecond !== 0) return [];
  const line = `${named('sendBurst')} has no effect without sendsPerSecond; give that too, or leave it out`;
  return [{ keys: ['sendBurst', 'sendsPerSecond'], line }];
};

function portsOf(config: Config): Array<readonly [OptionKey, number]> {
  const ops = opsAddress(config.ops);
  const ports: Array<readonly [OptionKey, number]> = [['port', config.port]];
  if (config.stompPort !== 'off') ports.push(['stompPort', config.stompPort]);
  if (ops?.host === config.host) ports.push(['ops', ops.port]);
  return ports;
}

/** Where temporary queues are named; see `docs/queues.md`. */
const TEMPORARY = ['/temp-queue', '/reply-queue'];

/** A prefix of the same name would take them away from those who ask for answers. */
const temporaryApart: Check = (config, named) =>
  prefixesOf(config)
    .filter(([, prefix]) => TEMPORARY.some((taken) => isWithin(prefix, taken)))
    .map(([key, prefix]) => ({
      keys: [key],
      line: `${named(key)}: "${prefix}" is taken by temporary queues; give another prefix`,
    }));

/** Who looks for dead letters subscribes to a queue. */
const deadLettersQueued: Check = ({ deadLetterQueue }, named) =>
  deadLetterQueue.startsWith('/queue/')
    ? []
    : [
        {
          keys: ['deadLetterQueue'],
          line: `${named('deadLetterQueue')}: "${deadLetterQueue}" is no queue; give one such as /queue/dead-letter`,
        },
      ];

/** What is not signed can be forged by everybody who finds the address. */
const webhookSigned: Check = ({ webhookUrl, webhookSecret, noticesKept }, named) => {
  if (webhookUrl !== undefined && webhookSecret !== undefined && noticesKept === 0) {
    const line = `${named('noticesKept')}: 0 keeps nothing that the webhook could post; give more, or leave webhookUrl out`;
    return [{ keys: ['noticesKept', 'webhookUrl'], line }];
  }
  if ((webhookUrl === undefined) === (webhookSecret === undefined)) return [];
  const line =
    webhookSecret === undefined
      ? `${named('webhookUrl')} needs webhookSecret, which it is signed with, by STOMPWIRE_WEBHOOK_SECRET`
      : `${named('webhookSecret')} needs webhookUrl; give both of them, or neither`;
  return [{ keys: ['webhookUrl', 'webhookSecret'], line }];
};

const CHECKS: readonly Check[] = [
  webhookSigned,
  temporaryApart,
  deadLettersQueued,
  prefixesApart,
  endpointsApart,
  aliasesLead,
  plainApart,
  plainThere,
  certificateWithKey,
  portsApart,
  burstOfLimit,
  ...authChecks,
  ...loggedChecks,
];

/**
 * Checks a complete configuration.
 *
 * @param named - names a key and its source, for the error
 * @returns the clashes between options, none when all is well
 */
export function clashesOf(config: Config, named: Named): Problem[] {
  return CHECKS.flatMap((check) => check(config, named));
}
