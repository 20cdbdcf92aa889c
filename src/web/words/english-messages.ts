// What the page says in English of answers, reactions, people who are meant, files, and who has read.

export const englishMessages = {
  actions: 'Actions',
  reply: 'Reply',
  react: 'React',
  replyingTo: (name: string) => `Replying to ${name}`,
  cancelReply: 'Do not reply',
  answers: (name: string, text: string) => `Answers ${name}: ${text}. Go to that message`,
  quoteLoading: 'Loading…',
  quoteGone: 'A message that is no longer there',
  quoteGoing: 'Going to that message…',
  reactions: 'Reactions',
  reacted: (emoji: string, count: number, names: string) => `${emoji} ${count}: ${names}`,
  reactWith: 'React with',
  whoReacted: 'Who reacted',
  andOthers: (names: string, others: number) => (others === 0 ? names : `${names} and ${others} more`),
  mentioned: (text: string) => `You are mentioned. ${text}`,
  mentionNames: 'People to mention',
  attachment: 'Attachment',
  attach: 'Attach a link',
  attachText:
    'A link to a file or a page. Nothing is uploaded, and nothing is loaded until somebody opens it.',
  linkAddress: 'Address',
  linkName: 'Name',
  addLink: 'Attach',
  noLink: 'Please enter an address that begins with https://',
  tooManyLinks: (most: number) => `At most ${most} links in one message.`,
  removeLink: (name: string) => `Remove ${name}`,
  seenBy: (count: number) => `Seen by ${count}`,
  seenByNames: 'Seen by',
  logHelp:
    'Enter goes to the newest message, the arrow keys to the others. On a message, R replies, A reacts, E edits, Delete deletes, the right arrow goes to what it has, Escape leads back, End to the newest.',
};
