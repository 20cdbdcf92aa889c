// What people do with rooms and their members, over HTTP: each call says by its problem why it was refused.
import type { NamedRoom, Role } from '../model/room-list.ts';
import type { Api } from './api.ts';
import { fieldsOf, listOf, textOf } from './payloads.ts';
import { roomOf } from './room-payloads.ts';

export interface Member {
  readonly user: string;
  readonly role: Role;
}

/** A part of a list; `after`: what the next part begins behind. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly after: string | undefined;
}

export interface RoomDescribed extends NamedRoom {
  readonly members: number;
}

const PART = 100;

export class RoomCalls {
  readonly #api: Pick<Api, 'ask'>;

  constructor(api: Pick<Api, 'ask'>) {
    this.#api = api;
  }

  async create(room: { id?: string; name: string; kind: 'public' | 'private' }): Promise<NamedRoom> {
    return made(await this.#api.ask('POST', '/rooms', room));
  }

  /** The room of two. */
  async direct(user: string): Promise<NamedRoom> {
    return made(await this.#api.ask('POST', `/users/${encodeURIComponent(user)}/rooms`, {}));
  }

  async describe(roomId: string): Promise<RoomDescribed> {
    const answer = await this.#api.ask('GET', path(roomId));
    const { members } = fieldsOf(answer.body);
    return { ...made(answer), members: typeof members === 'number' ? members : 0 };
  }

  async members(roomId: string, after?: string): Promise<Part<Member>> {
    const query = new URLSearchParams({ limit: String(PART), ...(after !== undefined && { after }) });
    const { body, next } = await this.#api.ask('GET', `${path(roomId)}/members?${query}`);
    const items = listOf(body).flatMap(({ user, role }) =>
      typeof user === 'string'
        ? [{ user, role: role === 'owner' || role === 'reader' ? role : 'member' } as const]
        : [],
    );
    return { items, after: new URLSearchParams(next).get('after') ?? undefined };
  }

  /** Takes somebody in, or gives another role. */
  async put(roomId: string, user: string, role: Role): Promise<void> {
    await this.#api.ask('PUT', member(roomId, user), { role });
  }

  async remove(roomId: string, user: string): Promise<void> {
    await this.#api.ask('DELETE', member(roomId, user));
  }

  async rename(roomId: string, name: string): Promise<void> {
    await this.#api.ask('PATCH', path(roomId), { name });
  }

  async delete(roomId: string): Promise<void> {
    await this.#api.ask('DELETE', path(roomId));
  }

  /** Who is connected. */
  async people(): Promise<readonly string[]> {
    const { body } = await this.#api.ask('GET', `/users?limit=${PART}`);
    return listOf(body).flatMap(({ name }) => textOf(name) ?? []);
  }
}

function path(roomId: string): string {
  return `/rooms/${encodeURIComponent(roomId)}`;
}

function member(roomId: string, user: string): string {
  return `${path(roomId)}/members/${encodeURIComponent(user)}`;
}

function made({ body }: { readonly body: unknown }): NamedRoom {
  const room = roomOf(body);
  if (room === undefined) throw new Error('the service did not answer with a room');
  return room;
}
