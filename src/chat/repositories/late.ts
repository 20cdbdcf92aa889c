// Repositories whose code, and the packages that it needs, are loaded when they are opened: no other service needs them.
import { ConfigError, StompwireError } from '../../index.ts';
import type { LiveRepository, NoticeShelf, SeenShelf } from '../live-repository.ts';
import type { ChangeShelf, ChatRepository, MemberShelf, ReadingShelf, RoomShelf } from '../repository.ts';

/** What a chat shares for a while, once it is open. */
export class LateLive<Loaded extends LiveRepository = LiveRepository> implements LiveRepository {
  readonly #load: () => Promise<Loaded>;
  #loaded: Loaded | undefined;

  constructor(load: () => Promise<Loaded>) {
    this.#load = load;
  }

  get notices(): NoticeShelf {
    return this.opened.notices;
  }

  get seen(): SeenShelf {
    return this.opened.seen;
  }

  /** @throws {ConfigError} a package is not installed */
  async open(): Promise<void> {
    try {
      this.#loaded = await this.#load();
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
      const name = /'([^']+)'/.exec((error as Error).message)?.[1] ?? 'of the rooms';
      throw new ConfigError([`the package ${name} is not installed; npm install ${name} mends that`]);
    }
    await this.#loaded.open();
  }

  async close(): Promise<void> {
    await this.#loaded?.close();
  }

  protected get opened(): Loaded {
    if (this.#loaded === undefined) throw new StompwireError('history-unavailable', 'the rooms are not open');
    return this.#loaded;
  }
}

/** Another repository, once it is open. */
export class LateRepository extends LateLive<ChatRepository> implements ChatRepository {
  get rooms(): RoomShelf {
    return this.opened.rooms;
  }

  get members(): MemberShelf {
    return this.opened.members;
  }

  get reading(): ReadingShelf {
    return this.opened.reading;
  }

  get changes(): ChangeShelf {
    return this.opened.changes;
  }
}
