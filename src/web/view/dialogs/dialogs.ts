// The dialogs about rooms and people; a script of its own.
import type { ChatState } from '../../model/state.ts';
import type { Api } from '../../wire/api.ts';
import { RoomCalls } from '../../wire/room-calls.ts';
import { createConversation } from './conversation.ts';
import { createNewRoom } from './new-room.ts';
import { createRoomDialog } from './room-dialog.ts';

export interface DialogActions {
  /** What asks the service; none while nobody is signed in. */
  api(): Pick<Api, 'ask'> | undefined;
  /** Shows a room. */
  open(roomId: string): void;
}

export interface Dialogs {
  newRoom(): void;
  /** Shows the conversation with somebody. @throws {ApiProblem} */
  write(name: string): Promise<void>;
  /** @param name - whom it shall be with, if that is known */
  conversation(state: ChatState, name: string): void;
  aboutRoom(state: ChatState): void;
  /** The page shows another state. */
  render(state: ChatState): void;
}

export function createDialogs(actions: DialogActions): Dialogs {
  const parts = {
    calls(): RoomCalls {
      const api = actions.api();
      if (api === undefined) throw new Error('nobody is signed in');
      return new RoomCalls(api);
    },
    open: (roomId: string) => actions.open(roomId),
  };
  const newRoom = createNewRoom(parts);
  const conversation = createConversation(parts);
  const room = createRoomDialog(parts);
  return {
    newRoom,
    conversation,
    write: async (name) => parts.open((await parts.calls().direct(name)).roomId),
    aboutRoom: (state) => room.open(state),
    render(state) {
      if (state.user === undefined) for (const one of document.querySelectorAll('dialog')) one.close();
      else room.render(state);
    },
  };
}
