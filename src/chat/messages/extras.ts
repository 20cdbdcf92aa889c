// What a message has beside its text is checked: where files are, whom it means, what it answers.
import type { History } from '../../index.ts';
import type { RoomAccess } from '../access.ts';
import type { Attachment, Said } from '../message.ts';
import { ChatProblem } from '../problem.ts';
import { isShownName, nameRule } from '../shown-name.ts';
import { originalOf } from './original.ts';

/** What checking stands on. */
export interface ExtrasParts {
  readonly history: Pick<History, 'page' | 'numberOf'>;
  readonly access: Pick<RoomAccess, 'of'>;
}

/** Whether there is something to check: most messages are text alone. */
export const hasExtras = ({ replyTo, mentions, attachments }: Said): boolean =>
  replyTo !== undefined || mentions !== undefined || attachments !== undefined;

/**
 * What is said, as it may be: of those who are meant the ones that may read the room, each once; links as they are
 * written by the standard.
 *
 * @throws {ChatProblem} `bad-request`: a link that is none; `no-such-message`: it answers nothing of this room
 */
export async function checkedExtras(
  { history, access }: ExtrasParts,
  { roomId, destination }: { readonly roomId: string; readonly destination: string },
  said: Said,
): Promise<Said> {
  const { replyTo, mentions, attachments, ...rest } = said;
  const meant = [...new Set(mentions)];
  const readers = await Promise.all(meant.map(async (user) => (await access.of(roomId, user)).reads));
  const named = meant.filter((_, at) => readers[at]);
  return {
    ...rest,
    ...(replyTo !== undefined && { replyTo: (await originalOf(history, destination, replyTo)).messageId }),
    ...(named.length > 0 && { mentions: named }),
    ...(attachments !== undefined && attachments.length > 0 && { attachments: attachments.map(checkedLink) }),
  };
}

/** Only what is written is looked at: nothing is ever fetched, so no link leads this server anywhere. */
function checkedLink({ url, name, type, size }: Attachment): Attachment {
  const link = URL.canParse(url) ? new URL(url) : undefined;
  if (link?.protocol !== 'https:' || link.username !== '' || link.password !== '')
    throw new ChatProblem(
      'bad-request',
      `attachments: ${JSON.stringify(url)} is no https address without a user in it`,
    );
  if (!isShownName(name) || /\p{Cc}/u.test(type ?? ''))
    throw new ChatProblem(
      'bad-request',
      `attachments: a name has ${nameRule}, and a type no control characters`,
    );
  return { url: link.href, name, ...(type !== undefined && { type }), ...(size !== undefined && { size }) };
}
