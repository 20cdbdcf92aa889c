// The options of those who run the service: its metrics, administration and log.
import { numberOrText, oneOf, option } from '../option.ts';

const OPS = {
  anyOf: [
    { type: 'integer', minimum: 0, maximum: 65535 },
    { const: 'off' },
    { type: 'string', format: 'host-and-port' },
  ],
};

export const OPERATION = {
  ops: option<number | string>({
    default: 'off',
    flag: 'ops',
    placeholder: '<port|host:port|off>',
    unit: '',
    allowed: 'off, a port from 0 to 65535, or HOST:PORT with an IPv6 host in brackets',
    reason: 'Where metrics and administration listen, apart from the users; a bare port means loopback only.',
    schema: OPS,
    fromText: numberOrText,
  }),
  logLevel: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    flag: 'log-level',
    placeholder: '<level>',
    reason: 'The least level that is written to the log on stderr.',
  }),
};
