// Finding the handler for a destination: fixed texts by a map, templates by a tree of segments.
import type { Separator } from '../message/destination.ts';
import { parseTemplate, type Segment } from '../message/template.ts';

/** A handler's value and what the template's variables hold. */
export interface Found<T> {
  readonly value: T;
  readonly params: Readonly<Record<string, string>>;
}

interface VariableBranch<T> {
  readonly segment: Extract<Segment, { variable: string }>;
  readonly node: RouteNode<T>;
}

class RouteNode<T> {
  readonly fixed = new Map<string, RouteNode<T>>();
  /** The most specific first: the longer its fixed part, the earlier. */
  readonly variables: VariableBranch<T>[] = [];
  value: T | undefined;
}

const noParams: Readonly<Record<string, string>> = Object.freeze({});

/** Templates and their values. A fixed segment wins over one with a variable, from left to right. */
export class RouteTable<T> {
  readonly #separator: Separator;
  readonly #root = new RouteNode<T>();
  readonly #fixed = new Map<string, Found<T>>();
  /** Templates by their form without the variables' names. */
  readonly #shapes = new Map<string, string>();

  constructor(separator: Separator = '/') {
    this.#separator = separator;
  }

  /**
   * Adds a template, such as `/chat-room/{roomId}/send`.
   *
   * @throws {TypeError} when it is malformed, or when another one matches just the same destinations
   */
  add(template: string, value: T): void {
    const segments = parseTemplate(template, this.#separator);
    const shape = template.replace(/\{[^}]*\}/g, '{}');
    const rival = this.#shapes.get(shape);
    if (rival !== undefined)
      throw new TypeError(`template '${template}' has a handler already, as '${rival}'`);
    this.#shapes.set(shape, template);
    segments.reduce<RouteNode<T>>(branch, this.#root).value = value;
    if (segments.every((segment) => 'fixed' in segment))
      this.#fixed.set(template, { value, params: noParams });
  }

  /** The value of the most specific template that matches. */
  find(destination: string): Found<T> | undefined {
    const exact = this.#fixed.get(destination);
    if (exact !== undefined) return exact;
    const params: Record<string, string> = {};
    const value = descend(this.#root, { destination, separator: this.#separator, params }, 1);
    return value === undefined ? undefined : { value, params };
  }
}

function branch<T>(node: RouteNode<T>, segment: Segment): RouteNode<T> {
  if ('fixed' in segment) {
    let child = node.fixed.get(segment.fixed);
    if (child === undefined) node.fixed.set(segment.fixed, (child = new RouteNode()));
    return child;
  }
  const known = node.variables.find((one) => isSame(one.segment, segment));
  if (known !== undefined) return known.node;
  const made: VariableBranch<T> = { segment, node: new RouteNode() };
  node.variables.push(made);
  node.variables.sort((a, b) => fixedLength(b.segment) - fixedLength(a.segment));
  return made.node;
}

function isSame(a: VariableBranch<unknown>['segment'], b: VariableBranch<unknown>['segment']): boolean {
  return a.variable === b.variable && a.prefix === b.prefix && a.suffix === b.suffix;
}

function fixedLength(segment: { prefix: string; suffix: string }): number {
  return segment.prefix.length + segment.suffix.length;
}

/** A destination on its way down. */
interface Way {
  readonly destination: string;
  readonly separator: Separator;
  readonly params: Record<string, string>;
}

/** The value for what stands from `at` on; segments are cut off one by one, for most ways end early. */
function descend<T>(node: RouteNode<T>, way: Way, at: number): T | undefined {
  const { destination, separator, params } = way;
  const end = destination.indexOf(separator, at);
  const text = end === -1 ? destination.slice(at) : destination.slice(at, end);
  const fixed = node.fixed.get(text);
  const found = fixed && goOn(fixed, way, end);
  if (found !== undefined) return found;
  for (const { segment, node: next } of node.variables) {
    if (!fits(segment, text)) continue;
    const deeper = goOn(next, way, end);
    if (deeper === undefined) continue;
    params[segment.variable] = text.slice(segment.prefix.length, text.length - segment.suffix.length);
    return deeper;
  }
  return undefined;
}

/** @param end - where the last segment ended; -1: there is no other */
function goOn<T>(node: RouteNode<T>, way: Way, end: number): T | undefined {
  return end === -1 ? node.value : descend(node, way, end + 1);
}

/** A variable holds at least one character. */
function fits(segment: { prefix: string; suffix: string }, text: string): boolean {
  return (
    text.length > fixedLength(segment) && text.startsWith(segment.prefix) && text.endsWith(segment.suffix)
  );
}
