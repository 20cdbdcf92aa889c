// The codec's public face, published as 'stompwire/frames' and usable alone.
export { FrameError, type FrameErrorCode, frameErrors, printable } from './errors.ts';
export {
  type ClientCommand,
  type Command,
  clientCommands,
  type Frame,
  Headers,
  type ServerCommand,
  serverCommands,
  type Version,
} from './frame.ts';
export { escapeHeader, escapingOf, unescapeHeader } from './headers.ts';
export { completeLimits, defaultLimits, type FrameLimits } from './limits.ts';
export { FrameParser, type FrameParserOptions } from './parser.ts';
export { checkRequiredHeaders, commandExistsIn, missingHeader, requiredHeaders } from './rules.ts';
export { encodeHeader, encodeHeaderLeniently, type OutgoingFrame, serializeFrame } from './serializer.ts';
export {
  type HeartbeatOffer,
  negotiateHeartbeat,
  negotiateVersion,
  parseHeartbeat,
  versions,
} from './version.ts';
