// What a message has beside its text, read without trust: whom it means, what it answers, which files it names.
import type { Attachment, Extras } from './chat-message.ts';

/** The service allows no more. */
export const MOST_MENTIONS = 20;
export const MOST_ATTACHMENTS = 10;

type Fields = Readonly<Record<string, unknown>>;

/** Of what is no such thing nothing is left: neither an address of another kind, nor a name that is none. */
export function extrasOf({ replyTo, mentions, attachments }: Fields): Extras {
  const meant = listOf(mentions).filter((one) => typeof one === 'string');
  const files = listOf(attachments).flatMap((one) => attachmentOf(one) ?? []);
  return {
    ...(typeof replyTo === 'string' && { replyTo }),
    ...(meant.length > 0 && { mentions: meant.slice(0, MOST_MENTIONS) }),
    ...(files.length > 0 && { attachments: files.slice(0, MOST_ATTACHMENTS) }),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function attachmentOf(value: unknown): Attachment | undefined {
  const { url, name, type, size } = (typeof value === 'object' && value !== null ? value : {}) as Fields;
  if (typeof url !== 'string' || typeof name !== 'string') return undefined;
  const address = webAddress(url);
  if (address === undefined) return undefined;
  return {
    ...{ url: address, name },
    ...(typeof type === 'string' && { type }),
    ...(typeof size === 'number' && size >= 0 && { size }),
  };
}

/** The address of a page or a file of the web, in the standard's own writing; `undefined` for `javascript:` and the like. */
export function webAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined;
}
