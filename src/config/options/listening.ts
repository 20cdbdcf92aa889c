// The options that say where the service listens, and for whom.
import { numberOrText, option, optionalText, text, textList, whole, yesOrNo } from '../option.ts';

const PORT_OR_OFF = { anyOf: [{ type: 'integer', minimum: 0, maximum: 65535 }, { const: 'off' }] };
export const LISTENING = {
  host: text({
    default: '127.0.0.1',
    flag: 'host',
    format: 'host',
    placeholder: '<address>',
    allowed: 'a host name or an IP address, such as 127.0.0.1, 0.0.0.0 or ::',
    reason: 'The address to listen on; beyond loopback it needs authentication or allowAnonymous.',
  }),
  port: whole({
    default: 8080,
    flag: 'port',
    unit: 'port',
    min: 0,
    max: 65535,
    reason: 'The port of HTTP and WebSocket; 0 takes any free one.',
  }),
  stompPort: option<number | 'off'>({
    default: 61613,
    flag: 'stomp-port',
    placeholder: '<port|off>',
    unit: 'port',
    allowed: 'a whole number from 0 to 65535, or off',
    reason: 'The port of STOMP over plain TCP, for back-end clients; 0 takes any free one.',
    schema: PORT_OR_OFF,
    fromText: numberOrText,
  }),
  endpoints: textList({
    default: ['/ws'],
    flag: 'endpoint',
    format: 'endpoint',
    placeholder: '<path>',
    minItems: 1,
    allowed:
      'one or more different paths such as /ws, without a trailing slash and not under /health or /assets',
    reason: 'The paths that answer WebSocket, so that old pages keep their URL.',
  }),
  plainEndpoint: optionalText({
    flag: 'plain-endpoint',
    format: 'endpoint',
    placeholder: '<path>',
    allowed: 'a path such as /room, without a trailing slash and not under /health or /assets',
    reason:
      'The path of a plain WebSocket, without STOMP: each text that one client sends goes to all of them, see docs/endpoints.md.',
  }),
  plainPrefix: optionalText({
    flag: 'plain-prefix',
    format: 'short-text',
    placeholder: '<text>',
    allowed: 'a text of 1 to 200 characters',
    reason: 'What stands before each text that clients of plainEndpoint get.',
  }),
  plainEcho: yesOrNo({
    default: true,
    flag: 'plain-echo',
    reason: 'Whether who sends a text to plainEndpoint gets it too.',
  }),
  virtualHosts: textList({
    default: [],
    flag: 'virtual-host',
    format: 'one-word',
    placeholder: '<name>',
    allowed: 'different names without spaces',
    reason: 'The values accepted in the host header of CONNECT; an empty list accepts any.',
  }),
};
