// The options of the chat service: who may enter rooms, and how large they grow.
import { oneOf, whole } from '../option.ts';

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
};
