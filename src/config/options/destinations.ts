// The options that give destinations their meaning, and the broker and the history their back ends.
import { oneOf, text, textList, whole } from '../option.ts';

const PREFIX = 'a path such as /app, without a trailing slash';

export const DESTINATIONS = {
  compat: oneOf(['none', 'spring', 'rabbitmq', 'activemq'], {
    default: 'none',
    flag: 'compat',
    placeholder: '<broker>',
    reason:
      'Whose clients are to need no change of their own: destinations, headers and some defaults are as there; see docs/compat.md.',
  }),
  patterns: oneOf(['spring', 'rabbitmq', 'activemq'], {
    default: 'spring',
    flag: 'patterns',
    placeholder: '<broker>',
    reason:
      'How clients write patterns: with * and ** between /, with * and # or with * and > between .; compat has its own.',
  }),
  appPrefix: text({
    default: '/app',
    flag: 'app-prefix',
    format: 'path',
    placeholder: '<prefix>',
    allowed: PREFIX,
    reason: 'What is sent under this prefix reaches message handlers.',
  }),
  brokerPrefixes: textList({
    default: ['/topic', '/queue'],
    flag: 'broker-prefix',
    format: 'path',
    placeholder: '<prefix>',
    minItems: 1,
    allowed: 'one or more different paths such as /topic, without a trailing slash',
    reason: 'What is sent under these prefixes goes straight to the subscribers.',
  }),
  userPrefix: text({
    default: '/user',
    flag: 'user-prefix',
    format: 'path',
    placeholder: '<prefix>',
    allowed: PREFIX,
    reason: "What is subscribed to under this prefix is the session's or the user's own.",
  }),
  aliases: textList({
    default: [],
    flag: 'alias',
    format: 'alias',
    placeholder: '<alias>',
    allowed:
      'different ones of the form /publish/chat/{id}=/app/chat-room/{id}/send, whose variables are those of its left side',
    reason:
      'What clients call destinations, and what is meant, so that those that are there already need no change; see docs/endpoints.md.',
  }),
  pathSeparator: oneOf(['/', '.'], {
    default: '/',
    flag: 'path-separator',
    placeholder: '<character>',
    reason: 'What divides the segments of a destination after its prefix, for patterns and templates.',
  }),
};

export const BACK_ENDS = {
  broker: text({
    default: 'memory',
    flag: 'broker',
    format: 'scheme-or-url',
    placeholder: '<address>',
    secret: true,
    allowed: 'memory, or the address of a broker in the form scheme://host:port',
    reason: 'What carries messages between nodes; memory means that this process is all there is.',
  }),
  userTimeout: whole({
    default: 15_000,
    flag: 'user-timeout',
    unit: 'ms',
    min: 100,
    max: 3_600_000,
    reason:
      'After how long without a sign of life the users of a node count as gone, where a broker joins several.',
  }),
  history: text({
    default: 'embedded',
    flag: 'history',
    format: 'scheme-or-url',
    placeholder: '<address>',
    secret: true,
    allowed: 'embedded, memory, off, or the address of a store in the form scheme://host/name',
    reason:
      'Where logged messages are kept for later readers: embedded is a file in the data folder, off keeps none.',
  }),
  data: text({
    default: 'memory',
    flag: 'data',
    format: 'not-empty',
    placeholder: '<folder>',
    allowed: 'a folder, or memory',
    reason: 'Where the service keeps its own files; memory means that nothing touches the disk.',
  }),
};
