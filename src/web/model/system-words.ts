// What the chat itself says in a room, in the language of the page; of what it does not know, the service's own words.
import { words } from '../words/words.ts';
import type { ChatMessage } from './chat-message.ts';

type Told = Pick<ChatMessage, 'sender' | 'content' | 'event'>;

export function systemWords({ sender: by, content, event }: Told): string {
  const { what, user = by, role, name } = event ?? {};
  const said = words();
  switch (what) {
    case 'joined':
      return user === by ? said.someoneJoined(by) : said.someoneInvited(by, user);
    case 'left':
      return user === by ? said.someoneLeft(by) : said.someoneSentOut(by, user);
    case 'renamed':
      return name === undefined ? content : said.someoneRenamed(by, name, event?.from);
    case 'role':
      return role === undefined ? content : said.someoneMade(by, user, said.roleName(role));
    default:
      return content;
  }
}
