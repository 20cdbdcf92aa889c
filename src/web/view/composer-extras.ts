// What the message that is being written has beside its text: what it answers, whom it means, which links go with it.
import type { Attachment, Extras } from '../model/chat-message.ts';
import { MOST_ATTACHMENTS } from '../model/extras.ts';
import { meantBy } from '../model/mentions.ts';
import { hueOf } from '../model/person.ts';
import { type ChatState, find } from '../model/state.ts';
import type { MessageLine } from '../model/timeline.ts';
import type { Feature } from '../wire/config.ts';
import { words } from '../words/words.ts';
import { byId, make, makeIcon, makeSvg } from './dom.ts';
import { createMentionList } from './mention-list.ts';

export interface ComposerExtras {
  render(state: ChatState, features: ReadonlySet<Feature>): void;
  reply(line: MessageLine): void;
  /** Somebody has typed. */
  typed(): void;
  /** @returns whether the key was for what is here */
  pressed(event: KeyboardEvent): boolean;
  /** Whether there is nothing that could be sent without a text. */
  readonly isEmpty: boolean;
  /** What is sent for a text; the next message begins with nothing. */
  take(text: string): { readonly content: string; readonly extras: Extras };
}

/** What waits in a room for its message to be sent. */
interface Pending {
  readonly replyTo?: MessageLine;
  readonly attachments: readonly Attachment[];
}

const nothing: Pending = { attachments: [] };

/** @param written - hears that something else will be sent @param complain - tells why something cannot be */
export function createComposerExtras(
  field: HTMLTextAreaElement,
  { written, complain }: { written(): void; complain(text: string): void },
): ComposerExtras {
  const [replying, attached, attach] = [byId('replying'), byId('attached'), byId('attach')];
  const pending = new Map<string, Pending>();
  let room = '';
  let people: ReadonlySet<string> = new Set();
  const now = (): Pending => pending.get(room) ?? nothing;
  const list = createMentionList(field, () => people, written);

  function become(next: Pending): void {
    pending.set(room, next);
    paint();
    written();
  }

  function paint(): void {
    const { replyTo, attachments } = now();
    replying.hidden = replyTo === undefined;
    replying.replaceChildren(...(replyTo ? replyNodes(replyTo, () => become({ attachments })) : []));
    attached.hidden = attachments.length === 0;
    attached.replaceChildren(...attachments.map((one) => chipOf(one, () => without(one))));
  }

  function without(attachment: Attachment): void {
    become({ ...now(), attachments: now().attachments.filter((one) => one !== attachment) });
    field.focus();
  }

  attach.addEventListener('click', async () => {
    if (now().attachments.length >= MOST_ATTACHMENTS) return complain(words().tooManyLinks(MOST_ATTACHMENTS));
    const { askForLink } = await import('./attach-dialog.ts');
    const asked = room;
    const attachment = await askForLink();
    if (attachment && asked === room) become({ ...now(), attachments: [...now().attachments, attachment] });
    field.focus();
  });

  return {
    render(state, features) {
      attach.hidden = !features.has('attachments');
      people = features.has('mentions') ? peopleOf(state) : new Set();
      const isForgotten = state.user === undefined && pending.size > 0;
      if (isForgotten) pending.clear(); // the next one may be somebody else
      if (room === state.current && !isForgotten) return;
      room = state.current;
      list.close();
      paint();
    },
    reply(line) {
      become({ ...now(), replyTo: line });
      field.focus();
    },
    get isEmpty() {
      return now().attachments.length === 0;
    },
    typed: () => list.look(),
    pressed(event) {
      if (list.pressed(event)) return true;
      const { replyTo, attachments } = now();
      if (event.key !== 'Escape' || replyTo === undefined) return false;
      become({ attachments });
      return true;
    },
    take(text) {
      const { replyTo, attachments } = now();
      const content = text === '' ? (attachments[0]?.name ?? '') : text;
      pending.delete(room);
      list.close();
      paint();
      const mentions = meantBy(content, people);
      return {
        content,
        extras: {
          ...(replyTo?.messageId !== undefined && { replyTo: replyTo.messageId }),
          ...(mentions.length > 0 && { mentions }),
          ...(attachments.length > 0 && { attachments }),
        },
      };
    },
  };
}

/** Who is in the room, and who has said something there. */
function peopleOf(state: ChatState): ReadonlySet<string> {
  const here = state.company.get(state.current)?.people.map(({ user }) => user) ?? [];
  const entries = find(state, state.current)?.entries.slice(-500) ?? [];
  const said = entries.flatMap((one) => (one.kind === 'message' && !one.system ? [one.sender] : []));
  return new Set([...here, ...said].filter((name) => name !== state.user));
}

function replyNodes({ sender, content }: MessageLine, cancel: () => void): Node[] {
  const name = make('bdi', 'sender', words().replyingTo(sender));
  name.dataset.hue = String(hueOf(sender));
  const text = make('span', 'quote-text', content.slice(0, 200));
  text.dir = 'auto';
  return [make('div', 'quote', name, text), makeIcon('close', words().cancelReply, cancel)];
}

function chipOf({ name }: Attachment, remove: () => void): HTMLElement {
  return make(
    'li',
    'chip',
    makeSvg('link'),
    make('bdi', '', name),
    makeIcon('close', words().removeLink(name), remove),
  );
}
