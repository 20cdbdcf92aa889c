// What the chat itself says in a room: who came, who went, what it is called now.
import { type ChatMessage, messageOf } from '../message.ts';
import type { RoomChange } from '../rooms.ts';

/** The message that tells of a change of a room; none: there is nobody to tell, or nothing. */
export function systemMessageOf(change: RoomChange): ChatMessage | undefined {
  const said = wordsOf(change);
  if (said === undefined) return undefined;
  return messageOf(change.room.id, change.by, {
    content: said,
    messageType: 'SYSTEM',
    event: eventOf(change),
  });
}

function eventOf(change: RoomChange): NonNullable<ChatMessage['event']> {
  const { what, room } = change;
  if (what === 'renamed') return { what, name: room.name, from: change.from };
  if (what === 'joined' || what === 'role') return { what, user: change.user, role: change.role };
  return what === 'left' ? { what, user: change.user } : { what };
}

/** In English, for clients that show it as it is; others have the event. */
function wordsOf(change: RoomChange): string | undefined {
  const { what, by } = change;
  if (what === 'renamed') return `${by} named the room ${change.room.name}`;
  if (what === 'joined') return change.user === by ? `${by} joined` : `${by} invited ${change.user}`;
  if (what === 'left') return change.user === by ? `${by} left` : `${by} sent ${change.user} out`;
  if (what === 'role') return `${by} made ${change.user} ${articled(change.role)}`;
  return undefined;
}

const articled = (role: string): string => (role === 'owner' ? 'an owner' : `a ${role}`);
