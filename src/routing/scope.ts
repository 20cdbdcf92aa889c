// What the handlers of a group share with each other and have from the groups around: hooks, exception handlers.
import { Channel } from '../channel/channel.ts';
import type { AnyParams, Hook, MessageContext } from './context.ts';
import { Exceptions, type FoundHandler } from './exceptions.ts';

/** The line of hooks before a handler. */
export type HookLine = Channel<MessageContext<AnyParams, unknown>>;

/** A group's hooks and exception handlers. Those of the groups around it come first, and last. */
export class Scope {
  readonly exceptions = new Exceptions();
  readonly #around: Scope | undefined;
  readonly #within: Scope[] = [];
  readonly #hooks: Hook<AnyParams>[] = [];
  #line: HookLine | undefined;

  constructor(around?: Scope) {
    this.#around = around;
  }

  /** The scope of a group within this one. */
  within(): Scope {
    const scope = new Scope(this);
    this.#within.push(scope);
    return scope;
  }

  /** Adds a hook, for all handlers of the group and the groups within, whenever they were added. */
  use(hook: Hook<AnyParams>): void {
    this.#hooks.push(hook);
    this.#forgetLine();
  }

  /** The hooks that a call passes, the outermost first. */
  get line(): HookLine {
    return (this.#line ??= this.#newLine());
  }

  /** The exception handler for an error: the nearest group's that has one. */
  handlerFor(error: unknown): FoundHandler | undefined {
    return this.exceptions.find(error) ?? this.#around?.handlerFor(error);
  }

  #newLine(): HookLine {
    const line: HookLine = new Channel();
    for (const hook of this.#allHooks()) line.use(hook);
    return line;
  }

  #allHooks(): readonly Hook<AnyParams>[] {
    const before = this.#around === undefined ? [] : this.#around.#allHooks();
    return [...before, ...this.#hooks];
  }

  #forgetLine(): void {
    this.#line = undefined;
    for (const scope of this.#within) scope.#forgetLine();
  }
}
