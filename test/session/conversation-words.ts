// What clients of a conversation say of their messages, and what no client should say.
import { deadLetters, type ModelTerms } from '../queue/queue-model.ts';
import { temporary } from './conversation-model.ts';

/** Where clients send to, and where they subscribe. */
export const sendTo = [
  ...['/topic/a', '/topic/a', '/topic/b', '/queue/a', '/queue/a', '/queue/a', '/queue/b', '/queue/b'],
  ...[deadLetters, temporary],
];
export const subscribeTo = [
  ...['/topic/a', '/topic/a', '/topic/*', '/queue/a', '/queue/a', '/queue/b', '/queue/b'],
  ...[deadLetters, temporary],
];

/** Headers of a SEND, and what they mean when it is done. */
export interface Wording {
  readonly headers: string;
  readonly terms: (now: number) => ModelTerms;
}

/** Chosen by a number; most say nothing. */
export function termsOf(choice: number, now: number): Wording {
  const wordings: readonly Wording[] = [
    { headers: 'priority:0\n', terms: () => ({ priority: 0 }) },
    { headers: 'priority:7\n', terms: () => ({ priority: 7 }) },
    { headers: 'priority:200\n', terms: () => ({ priority: 9 }) },
    { headers: 'expiration:50\n', terms: (then) => ({ expires: then + 50 }) },
    { headers: 'expiration:0\n', terms: (then) => ({ expires: then }) },
    { headers: `expires:${now + 120}\n`, terms: () => ({ expires: now + 120 }) },
    {
      headers: `expires:${now + 70}\npriority:2\n`,
      terms: () => ({ expires: now + 70, priority: 2 }),
    },
    { headers: 'expires:0\n', terms: () => ({}) },
  ];
  return wordings[choice] ?? { headers: '', terms: () => ({}) };
}

/** Frames that are refused whoever sends them, and the code of the ERROR. */
export const garbage: readonly (readonly [text: string, code: string])[] = [
  ['SHOUT\n\n\0', 'unknown-command'],
  ['MESSAGE\ndestination:/topic/a\n\n\0', 'unknown-command'],
  ['SEND\n\nno destination\0', 'missing-header'],
  ['SEND\ndestination\n\n\0', 'bad-header'],
  ['SEND\ndestination:/topic/a\ncontent-length:1\n\nab\0', 'missing-nul'],
  ['SEND\ndestination:/elsewhere\n\n\0', 'unknown-destination'],
  ['SEND\ndestination:/queue/a\npriority:high\n\n\0', 'bad-header'],
  ['SEND\ndestination:/queue/a\nexpires:soon\n\n\0', 'bad-header'],
  ['SEND\ndestination:/queue/a\nexclude-sender:true\n\n\0', 'not-supported'],
  ['SUBSCRIBE\nid:9\ndestination:/topic/a\nack:maybe\n\n\0', 'bad-header'],
  ['SEND\ndestination:/queue/*\n\n\0', 'bad-destination'],
  ['SEND\ndestination:/temp-queue/*\n\n\0', 'bad-destination'],
  ['SUBSCRIBE\nid:9\ndestination:/temp-queue/x\ndurable:true\n\n\0', 'not-supported'],
  ['SUBSCRIBE\nid:9\ndestination:/queue/a\nselector:a=1\n\n\0', 'not-supported'],
  ['CONNECT\naccept-version:1.2\n\n\0', 'already-connected'],
  ['BEGIN\n\n\0', 'missing-header'],
  ['COMMIT\n\n\0', 'missing-header'],
];
