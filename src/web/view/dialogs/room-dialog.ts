// The dialog about a room: what it is, who belongs to it, and what its reader may do there.
import { isDirect, type Role } from '../../model/room-list.ts';
import { signOfRoom } from '../../model/room-sign.ts';
import { type ChatState, find } from '../../model/state.ts';
import type { Member, RoomDescribed } from '../../wire/room-calls.ts';
import { words } from '../../words/words.ts';
import { confirmed } from '../confirm.ts';
import { byId, make, setFlag, setText } from '../dom.ts';
import { type DialogParts, dialogOf, submitted, tried } from './dialog.ts';
import { fillRoles, roleOf, showMembers } from './member-list.ts';

export interface RoomDialog {
  open(state: ChatState): void;
  render(state: ChatState): void;
}

export function createRoomDialog({ calls }: DialogParts): RoomDialog {
  const dialog = dialogOf('room-dialog');
  const [error, done] = [byId('room-dialog-error'), byId('room-dialog-done')];
  const [renameField, inviteField] = [
    byId<HTMLInputElement>('rename-name'),
    byId<HTMLInputElement>('invite-name'),
  ];
  byId('member-list').tabIndex = 0; // so that the arrow keys scroll it
  let state: ChatState;
  let roomId = '';
  let members: readonly Member[] = [];
  let after: string | undefined;
  let described: RoomDescribed | undefined;

  const isOwner = (): boolean => state.about.get(roomId)?.role === 'owner';

  /** Does something, says that it is done, and shows what is so now. */
  async function act(step: () => Promise<void>, said = ''): Promise<void> {
    setText(done, '');
    const isDone = await tried(error, step);
    if (isDone) setText(done, said);
    if (dialog.open) await load();
  }

  /** The room is theirs no more. */
  async function go(step: () => Promise<void>): Promise<void> {
    if (await tried(error, step)) dialog.close();
  }

  async function load(): Promise<void> {
    const mine = roomId;
    await tried(error.textContent === '' ? error : make('p'), async () => {
      const [room, part] = await Promise.all([calls().describe(mine), calls().members(mine)]);
      if (mine !== roomId) return;
      [described, members, after] = [room, part.items, part.after];
      paint();
    });
  }

  async function loadMore(): Promise<void> {
    const mine = roomId;
    await tried(error, async () => {
      const part = await calls().members(mine, after);
      if (mine !== roomId) return;
      [members, after] = [[...members, ...part.items], part.after];
      paint();
    });
  }

  function paint(): void {
    const { publicRoom, privateRoom, members: counted, roleName } = words();
    const { kind, role } = state.about.get(roomId) ?? {};
    setText(byId('room-dialog-name'), signOfRoom(state, roomId));
    const parts = [
      kind === 'private' ? privateRoom : publicRoom,
      ...(described ? [counted(described.members)] : []),
      ...(role ? [roleName(role)] : []),
    ];
    setText(byId('room-dialog-about'), parts.join(' · '));
    setFlag(dialog, 'owner', isOwner());
    byId('members-more').hidden = after === undefined;
    showMembers(
      { members, user: state.user, isOwner: isOwner() },
      { give, remove: (user) => void remove(user) },
    );
  }

  function give(user: string, role: Role): void {
    void act(() => calls().put(roomId, user, role), words().saved);
  }

  async function remove(user: string): Promise<void> {
    const { removeQuestion, removeText, remove: yes } = words();
    if (await confirmed(removeQuestion(user), removeText, yes)) await act(() => calls().remove(roomId, user));
  }

  async function leave(): Promise<void> {
    const { leaveQuestion, leaveText, leave: yes } = words();
    const [sign, user] = [signOfRoom(state, roomId), state.user ?? ''];
    if (await confirmed(leaveQuestion(sign), leaveText, yes)) await go(() => calls().remove(roomId, user));
  }

  async function end(): Promise<void> {
    const { deleteRoomQuestion, deleteRoomText, deleteRoom } = words();
    const sign = signOfRoom(state, roomId);
    if (await confirmed(deleteRoomQuestion(sign), deleteRoomText, deleteRoom))
      await go(() => calls().delete(roomId));
  }

  submitted(byId<HTMLFormElement>('rename-form'), async () => {
    const name = renameField.value.trim();
    if (name === '') return renameField.focus();
    await act(() => calls().rename(roomId, name), words().saved);
  });
  submitted(byId<HTMLFormElement>('invite-form'), async () => {
    const name = inviteField.value.trim();
    if (name === '') return inviteField.focus();
    if (members.some(({ user }) => user === name)) {
      setText(done, '');
      return setText(error, words().memberAlready(name));
    }
    const role = roleOf(byId<HTMLSelectElement>('invite-role'));
    await act(async () => {
      await calls().put(roomId, name, role);
      inviteField.value = '';
    }, words().invited(name));
    inviteField.focus();
  });
  byId('members-more').addEventListener('click', () => void loadMore());
  byId('room-leave').addEventListener('click', () => void leave());
  byId('room-delete').addEventListener('click', () => void end());

  return {
    open(shown) {
      state = shown;
      roomId = shown.current;
      [members, after, described] = [[], undefined, undefined];
      setText(error, '');
      setText(done, '');
      renameField.value = find(shown, roomId)?.name ?? roomId;
      inviteField.value = '';
      fillRoles(byId<HTMLSelectElement>('invite-role'), 'member');
      paint();
      dialog.showModal();
      void load();
      void calls()
        .people()
        .then((names) => byId('invite-names').replaceChildren(...names.map(optionOf)))
        .catch(() => {}); // it only helps
    },
    render(shown) {
      const before = state;
      state = shown;
      if (!dialog.open) return;
      if (!find(shown, roomId) || isDirect(shown, roomId)) return dialog.close();
      if (before.about !== shown.about || signOfRoom(before, roomId) !== signOfRoom(shown, roomId)) paint();
      if (lastSystem(before, roomId) !== lastSystem(shown, roomId)) void load(); // somebody came or went
    },
  };
}

/** What the chat itself said last in a room. */
function lastSystem(state: ChatState, roomId: string): string | undefined {
  return find(state, roomId)?.entries.findLast((entry) => entry.kind === 'message' && entry.system)?.key;
}

function optionOf(name: string): HTMLOptionElement {
  const option = make('option');
  option.value = name;
  return option;
}
