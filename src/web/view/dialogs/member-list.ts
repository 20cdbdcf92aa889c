// The members of a room in its dialog: who they are, what they may do, and for owners the ways to change that.
import type { Role } from '../../model/room-list.ts';
import type { Member } from '../../wire/room-calls.ts';
import { words } from '../../words/words.ts';
import { makeAvatar } from '../avatar.ts';
import { byId, make, makeIcon } from '../dom.ts';

export interface MemberActions {
  give(user: string, role: Role): void;
  remove(user: string): void;
}

export interface MembersShown {
  readonly members: readonly Member[];
  /** The reader. */
  readonly user: string | undefined;
  readonly isOwner: boolean;
}

const ROLES: readonly Role[] = ['owner', 'member', 'reader'];

/** The roles as choices. */
export function fillRoles(select: HTMLSelectElement, chosen: Role): void {
  select.replaceChildren(
    ...ROLES.map((role) => {
      const option = make('option', '', words().roleName(role));
      option.value = role;
      option.selected = role === chosen;
      return option;
    }),
  );
}

export function roleOf(select: HTMLSelectElement): Role {
  return ROLES.find((role) => role === select.value) ?? 'member';
}

/** Shows them; where the focus was it stays. */
export function showMembers({ members, user, isOwner }: MembersShown, actions: MemberActions): void {
  const list = byId('member-list');
  const hadFocus = list.contains(document.activeElement);
  const held =
    document.activeElement instanceof HTMLElement ? document.activeElement.dataset.holds : undefined;
  list.replaceChildren(...members.map((member) => itemOf(member, member.user === user, isOwner, actions)));
  const again = list.querySelector<HTMLElement>(`[data-holds="${CSS.escape(held ?? '')}"]`);
  if (hadFocus) (again ?? list).focus();
}

function itemOf(member: Member, isSelf: boolean, isOwner: boolean, actions: MemberActions): HTMLElement {
  const name = make('bdi', 'person-name', member.user);
  const item = make('li', 'member', makeAvatar(member.user), name);
  if (isSelf) item.append(make('span', 'person-state', words().you));
  if (!isOwner) item.append(make('span', 'person-state', words().roleName(member.role)));
  else item.append(...toolsOf(member, isSelf, actions));
  return item;
}

function toolsOf({ user, role }: Member, isSelf: boolean, actions: MemberActions): HTMLElement[] {
  const select = make('select', 'role');
  fillRoles(select, role);
  select.ariaLabel = words().roleOf(user);
  select.dataset.holds = `role ${user}`;
  select.addEventListener('change', () => actions.give(user, roleOf(select)));
  if (isSelf) return [select];
  return [select, makeIcon('delete', words().removeMember(user), () => actions.remove(user))];
}
