// What the page says in English of rooms and the people in them, of notifications, and of what goes wrong.

const roles: Readonly<Record<string, string>> = { owner: 'Owner', member: 'Member', reader: 'Reader' };
const articled: Readonly<Record<string, string>> = {
  owner: 'an owner',
  member: 'a member',
  reader: 'a reader',
};

export const englishRooms = {
  // rooms of two
  directMessages: 'Direct messages',
  newConversation: 'New conversation',
  newConversationText: 'Write to one person. Only the two of you can read it.',
  personName: 'Name of the person',
  startConversation: 'Start',
  onlineNow: 'Online now',
  nobodyOnline: 'Nobody else is online at the moment.',
  writeTo: (name: string) => `Write to ${name}`,
  thisIsWith: (name: string) => `You and ${name}`,
  introDirect: 'Only the two of you can read what is said here.',
  messageWith: (name: string) => `Message ${name}`,
  // a new room
  newRoom: 'New room',
  roomName: 'Name of the room',
  roomKind: 'Who may come in',
  kindPublic: 'Everybody',
  kindPublicText: 'Listed for all; whoever likes joins.',
  kindPrivate: 'Who is invited',
  kindPrivateText: 'Nobody else is told that it is there.',
  createRoom: 'Create room',
  noRoomName: 'Please enter a name for the room.',
  // about a room
  aboutRoom: 'About this room',
  publicRoom: 'Public room',
  privateRoom: 'Private room',
  members: (count: number) => (count === 1 ? '1 member' : `${count} members`),
  membersHeading: 'Members',
  role: 'Role',
  roleOf: (name: string) => `Role of ${name}`,
  roleName: (role: string) => roles[role] ?? role,
  invite: 'Invite',
  inviteName: 'Invite somebody by name',
  invited: (name: string) => `${name} was invited.`,
  memberAlready: (name: string) => `${name} is a member already.`,
  removeMember: (name: string) => `Remove ${name}`,
  removeQuestion: (name: string) => `Remove ${name} from this room?`,
  removeText: 'They can no longer read what is said here.',
  remove: 'Remove',
  rename: 'Rename',
  saved: 'Saved.',
  leave: 'Leave',
  leaveQuestion: (room: string) => `Leave ${room}?`,
  leaveText: 'To come back into a private room you need an invitation.',
  deleteRoom: 'Delete room',
  deleteRoomQuestion: (room: string) => `Delete ${room} for everybody?`,
  deleteRoomText: 'Its messages are gone for good.',
  close: 'Close',
  loading: 'Loading…',
  showMore: 'Show more',
  readOnly: 'You can read here, but not write. An owner of the room can change that.',
  loadFailed: 'This part of the page could not be loaded. Please load the page anew.',
  // what others do with one's rooms
  sentOut: (by: string, room: string) => `${by} removed you from ${room}.`,
  deletedRoom: (by: string, room: string) => `${by} deleted ${room}.`,
  invitedTo: (by: string, room: string) => `${by} invited you to ${room}.`,
  roleNow: (role: string, room: string) => `You are ${articled[role] ?? role} of ${room} now.`,
  noLongerIn: (room: string) => `You are no longer in ${room}.`,
  // what the chat itself says in a room
  someoneJoined: (by: string) => `${by} joined`,
  someoneInvited: (by: string, user: string) => `${by} invited ${user}`,
  someoneLeft: (by: string) => `${by} left`,
  someoneSentOut: (by: string, user: string) => `${by} removed ${user}`,
  someoneRenamed: (by: string, name: string, from?: string) =>
    from === undefined
      ? `${by} named the room “${name}”`
      : `${by} renamed the room from “${from}” to “${name}”`,
  someoneMade: (by: string, user: string, role: string) => `${by} changed the role of ${user}: ${role}`,
  // notifications
  notifications: 'Notifications',
  notificationsCount: (count: number) => (count === 1 ? '1 notification' : `${count} notifications`),
  noNotifications: 'Nothing new. You are told here of messages in rooms that you do not look at.',
  mentionedYou: (sender: string, room: string) => `${sender} mentioned you in ${room}`,
  wroteIn: (sender: string, room: string) => `${sender} in ${room}`,
  whileAway: (count: number) =>
    count === 1 ? '1 message while you were away' : `${count} messages while you were away`,
  clearAll: 'Clear all',
  showOnDesktop: 'Notify me outside of this page, too',
  stopOnDesktop: 'Do not notify me outside of this page',
  desktopDenied:
    'This browser does not allow notifications for this page. You can change that in its settings.',
  // errors
  noLongerKnown: 'The service no longer accepts your sign-in. Please sign in again.',
  endedBy: (reason: string) => `Your session was ended: ${reason}`,
  trouble: (code: string): string | undefined => troubles[code],
  problem: (name: string): string | undefined => problems[name],
  problemUnknown: 'That did not work. Please try again.',
};

const unavailable = 'The service cannot do that at the moment. Please try again.';

/** By the service's error codes. */
const troubles: Readonly<Record<string, string>> = {
  'no-access': 'You may not do that there.',
  'rate-limited': 'That was too fast. Please wait a moment.',
  'relay-unavailable': unavailable,
  'history-unavailable': unavailable,
  'handler-failed': unavailable,
  'handler-timeout': unavailable,
  expired: 'The message could not be sent in time.',
};

/** By the names of problems. */
const problems: Readonly<Record<string, string>> = {
  'no-access': 'You may not do that. The last owner of a room stays its owner.',
  'no-such-room': 'There is no such room, or you are no member of it.',
  'no-such-member': 'That person is not in the room any more.',
  'room-exists': 'There is a room of this name already.',
  'room-full': 'The room has as many members as it may have.',
  'bad-request': 'The service does not accept this name.',
  'rate-limited': 'That was too fast. Please wait a moment.',
};
