// The options of the chat service: who may enter rooms, how large they grow, and who is told what of them.
import { oneOf, optionalText, whole } from '../option.ts';

export const CHAT = {
  rooms: oneOf(['auto', 'open', 'members'], {
    default: 'auto',
    flag: 'rooms',
    placeholder: '<who>',
    reason:
      'Which rooms there are: open ones from their first use for everybody, or those that were made, for their members; auto is open without authentication and members with it.',
  }),
  maxRoomMembers: whole({
    default: 10_000,
    flag: 'max-room-members',
    unit: 'users',
    min: 2,
    max: 10_000_000,
    reason: 'The most members of one room.',
  }),
  roomSendsPerSecond: whole({
    default: 0,
    flag: 'room-sends-per-second',
    unit: 'messages',
    min: 0,
    max: 1_000_000,
    reason: 'How many messages a second one user may say in one room, on one node; 0 sets no bound.',
  }),
  roomSendBurst: whole({
    default: 20,
    flag: 'room-send-burst',
    unit: 'messages',
    min: 1,
    max: 1_000_000,
    reason: 'How many messages one user may say in one room at once, after a time of silence.',
  }),
  systemMessages: oneOf(['members', 'all', 'off'], {
    default: 'members',
    flag: 'system-messages',
    placeholder: '<where>',
    reason:
      'Where the chat itself says who joined, left and renamed: in rooms of members, in open rooms too, or nowhere.',
  }),
  presenceNamed: whole({
    default: 200,
    flag: 'presence-named',
    unit: 'users',
    min: 0,
    max: 2000,
    reason:
      'In rooms with more people than that it is told how many are there, not who; to name everybody to everybody is traffic of their square.',
  }),
  awayAfter: whole({
    default: 300_000,
    flag: 'away-after',
    unit: 'ms',
    min: 0,
    max: 86_400_000,
    reason:
      'After how long without a frame from a device, heart-beats apart, nobody counts as being at it; 0: until the device says so.',
  }),
  presenceGather: whole({
    default: 500,
    flag: 'presence-gather',
    unit: 'ms',
    min: 10,
    max: 60_000,
    reason:
      'For how long those who come to a room and go are gathered before it is told; in large rooms longer.',
  }),
  noticeMembers: whole({
    default: 200,
    flag: 'notice-members',
    unit: 'users',
    min: 0,
    max: 10_000,
    reason:
      'In rooms with more members than that only who is mentioned is notified, and counts are told when asked for.',
  }),
  noticesKept: whole({
    default: 100,
    flag: 'notices-kept',
    unit: 'notices',
    min: 0,
    max: 1000,
    reason: 'How many notifications are kept for a user who is away; the oldest go first, 0 keeps none.',
  }),
  webhookUrl: optionalText({
    flag: 'webhook-url',
    format: 'hook-address',
    placeholder: '<url>',
    secret: true,
    allowed: 'an https address, or one of http on this machine, without a password',
    reason:
      'Where notifications of those who are away are posted, signed; they quote messages, so they travel by TLS.',
  }),
  webhookSecret: optionalText({
    flag: 'webhook-secret',
    format: 'jwt-secret',
    placeholder: '<secret>',
    secret: true,
    allowed: 'a secret of at least 32 bytes, as it is or as base64:<text>, in the environment or the file',
    reason: 'What the webhook is signed with, HMAC-SHA256; other users see the flags of a process.',
  }),
  webhookDelay: whole({
    default: 30_000,
    flag: 'webhook-delay',
    unit: 'ms',
    min: 0,
    max: 86_400_000,
    reason: 'How long a notification waits for its user to come back before it is posted.',
  }),
};
