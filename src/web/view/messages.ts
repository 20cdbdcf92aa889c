// The messages of the room that is shown, and the button to the newest ones.
import { plural } from '../model/format.ts';
import { type ChatState, find } from '../model/state.ts';
import { type TimelineLine, timeline } from '../model/timeline.ts';
import { byId, make, setFlag, setText } from './dom.ts';
import { keyed } from './keyed.ts';
import { createMessage, type MessageActions, updateMessage } from './message-line.ts';
import { Scrolling } from './scrolling.ts';

export interface MessagesView {
  render(state: ChatState, now: number): void;
  toBottom(): void;
}

export function createMessages(actions: MessageActions): MessagesView {
  const log = byId('log');
  log.tabIndex = 0; // so that the arrow keys scroll it in every browser
  const lines = byId('lines');
  const newest = byId<HTMLButtonElement>('newest');
  const show = keyed<TimelineLine>(lines, {
    create: createLine,
    update: (element, line) => {
      if (line.kind === 'message') updateMessage(element, line, actions);
      else if (line.kind === 'day') setText(element, line.label);
    },
  });
  const scrolling = new Scrolling(log, lines, () => {
    newest.hidden = scrolling.below === 0;
    setText(byId('newest-text'), plural(scrolling.below, 'new message'));
  });
  newest.addEventListener('click', () => {
    scrolling.toBottom();
    byId('draft').focus({ preventScroll: true });
  });

  let shownRoom: string | undefined;
  return {
    render(state, now) {
      const room = find(state, state.current);
      if (!room) return;
      const isArrival = room.roomId !== shownRoom;
      shownRoom = room.roomId;
      // Another room's messages are not news: nothing is read out, nothing moves in.
      log.ariaBusy = isArrival ? 'true' : 'false';
      setFlag(lines, 'arriving', isArrival);
      setText(byId('intro-title'), `This is #${room.roomId}`);
      if (isArrival) show([]); // a line of the other room may have the same key and is not the same
      const added = show(timeline(room, { user: state.user, now }));
      if (isArrival) scrolling.arrive(lines.querySelector('.unread-line'));
      else scrolling.grew(added.filter((line) => line.kind === 'message').length);
    },
    toBottom: () => scrolling.toBottom(),
  };
}

function createLine(line: TimelineLine): HTMLElement {
  switch (line.kind) {
    case 'message':
      return createMessage(line);
    case 'day':
      return make('div', 'day-line', line.label);
    case 'unread':
      return make('div', 'unread-line', 'New');
    case 'note': {
      const note = make('div', 'note-line', line.text, ' ', make('time', '', line.time));
      note.dataset.topic = line.topic;
      return note;
    }
  }
}
