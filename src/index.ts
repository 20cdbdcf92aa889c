// The public face of the library.
export { anonymous } from './auth/anonymous.ts';
export type { Authenticator, Credentials, User } from './auth/authenticator.ts';
export type { Heard, Listening } from './broker/listening.ts';
export type { Allow, Deny, Rules } from './channel/authorize.ts';
export type { Interceptor, Soon } from './channel/channel.ts';
export type { Inbound, SessionView } from './channel/inbound.ts';
export type { Interceptors, Line, OutboundLine, PerSession } from './channel/interceptors.ts';
export type { AppendedAs, Delivery, Outbound, SubscriptionView } from './channel/outbound.ts';
export { type RateLimitOptions, rateLimit } from './channel/rate-limit.ts';
export type { Asked, Condition, RuledCommand, When } from './channel/rule.ts';
export { ConfigError, resolveConfig } from './config/config.ts';
export type { Config } from './config/schema.ts';
export {
  type ErrorCode,
  type ErrorParts,
  type ErrorRule,
  errorTable,
  StompError,
  StompwireError,
} from './errors.ts';
export type { History, HistoryAnswer, HistoryAsked, HistoryMessage } from './history/history.ts';
export type { RequestedName, StreamAsked, Streams } from './http/streams.ts';
export type { Addresses } from './listeners.ts';
export { Message, type MessageChanges, type MessageParts } from './message/message.ts';
export type { LogPolicy, Policies, ReceiptLevel } from './message/policies.ts';
export type { ParamsOf } from './message/template.ts';
export type { Counter, Histogram, Labels, Metrics } from './metrics/metrics.ts';
export type { AnswerOptions } from './routing/answer.ts';
export type { Application } from './routing/application.ts';
export type {
  ExceptionHandler,
  HandlerContext,
  Hook,
  MessageContext,
  MessageHandler,
  SendOptions,
  SubscribeHandler,
} from './routing/context.ts';
export type { Converted, Converter, Converters } from './routing/converters.ts';
export type { ErrorClass } from './routing/exceptions.ts';
export type { BodyOf, HandlerGroup, MessageOptions, SubscribeOptions } from './routing/handler-group.ts';
export type { AnnouncementListener, Nodes } from './routing/nodes.ts';
export type { Published, PublishOptions } from './routing/own-sending.ts';
export type { ConnectedSession, ConnectedUser, Users } from './routing/users.ts';
export { createServer, type Server } from './server.ts';
export type { Lifecycle, ServerParts } from './server-parts.ts';
export type { Ending, EventName, Listener, SessionEvents } from './session/events.ts';
export type { Handshake, Peer } from './transport/transport.ts';
