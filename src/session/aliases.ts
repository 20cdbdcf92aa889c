// What clients call destinations, where that is not what they are called here.
import { templateExpander } from '../message/template.ts';
import { type Found, RouteTable } from '../routing/route-table.ts';
import type { Translate } from './profiles/translate.ts';

/** An alias as it is written: `/publish/chat/{id}=/app/chat-room/{id}/send`. */
export interface Alias {
  readonly from: string;
  readonly to: string;
}

/** @returns `undefined` when it is none: there is no `=`, or one side is empty */
export function aliasOf(text: string): Alias | undefined {
  const [, from, to] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/**
 * Puts destinations that clients call by an alias as they are called here.
 *
 * @throws {TypeError} for a malformed template, a variable without a value, or two aliases for one destination
 */
export function aliases(texts: readonly string[]): Translate {
  const table = new RouteTable<(params: Found<unknown>['params']) => string>();
  for (const text of texts) add(table, aliasOf(text));
  return ({ command, headers }) => {
    if (command !== 'SEND' && command !== 'SUBSCRIBE' && command !== 'UNSUBSCRIBE') return;
    const given = headers.get('destination');
    const found = given === undefined ? undefined : table.find(given);
    if (found !== undefined) headers.set('destination', found.value(found.params));
  };
}

function add(
  table: RouteTable<(params: Found<unknown>['params']) => string>,
  alias: Alias | undefined,
): void {
  if (alias === undefined) throw new TypeError('an alias has the form /from=/to');
  const expand = templateExpander(alias.to);
  expand(Object.fromEntries(namesIn(alias.from).map((name) => [name, '']))); // all that it needs is there
  table.add(alias.from, expand);
}

function namesIn(template: string): string[] {
  return [...template.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
}
