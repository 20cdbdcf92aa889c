// Destination templates such as `/chat-room/{roomId}/send`: parsing, expanding, and the types of their variables.
import { type Separator, segmentsOf } from './destination.ts';

/** The names of the variables in a template, as a type. */
type VariableOf<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | VariableOf<Rest>
  : never;

/**
 * The variables of a template and their values: `ParamsOf<'/chat-room/{roomId}/send'>` is `{ roomId: string }`.
 * Source: Spring's `@DestinationVariable`.
 */
export type ParamsOf<T extends string> = { readonly [Name in VariableOf<T>]: string };

/** One segment of a template: a fixed text, or a variable between a prefix and a suffix. */
export type Segment =
  | { readonly fixed: string }
  | { readonly variable: string; readonly prefix: string; readonly suffix: string };

// a variable named __proto__ would be no property of its parameters
const variablePattern = /^([^{}]*)\{(?!__proto__\})([A-Za-z_][A-Za-z0-9_]*)\}([^{}]*)$/;

/**
 * Splits a template into its segments.
 *
 * @param template - begins with `/`; a segment holds at most one `{name}`
 * @param separator - what stands between the segments
 * @throws {TypeError} when the template is malformed, holds a wildcard or names a variable twice
 */
export function parseTemplate(template: string, separator: Separator = '/'): readonly Segment[] {
  if (!template.startsWith('/') || template.length < 2) {
    throw new TypeError(`template '${template}' must begin with '/' and name something`);
  }
  if (/[*?]/.test(template)) {
    throw new TypeError(`template '${template}' is no pattern: in the place of * and ? write {name}`);
  }
  const seen = new Set<string>();
  return segmentsOf(template, separator).map((text) => parseSegment(text, template, seen));
}

function parseSegment(text: string, template: string, seen: Set<string>): Segment {
  if (!/[{}]/.test(text)) return { fixed: text };
  const [, prefix, variable, suffix] = variablePattern.exec(text) ?? [];
  if (variable === undefined) {
    throw new TypeError(`template '${template}': '${text}' must hold one {name} of letters, digits and _`);
  }
  if (seen.has(variable)) throw new TypeError(`template '${template}' names {${variable}} twice`);
  seen.add(variable);
  return { variable, prefix: prefix ?? '', suffix: suffix ?? '' };
}

const variables = /\{([A-Za-z_][A-Za-z0-9_]*)\}/;

/**
 * Puts values in the place of a template's variables.
 *
 * @throws {TypeError} when a variable has no value
 */
export function expandTemplate(template: string, params: Readonly<Record<string, string>>): string {
  return templateExpander(template)(params);
}

/** A template made ready to be expanded often; what it returns throws as {@link expandTemplate} does. */
export function templateExpander(template: string): (params: Readonly<Record<string, string>>) => string {
  // texts at even places, names between them
  const parts = template.split(variables);
  if (parts.length === 1) return () => template;
  return (params) => {
    let text = parts[0]!;
    for (let at = 1; at < parts.length; at += 2)
      text += variableIn(template, params, parts[at]!) + parts[at + 1]!;
    return text;
  };
}

function variableIn(template: string, params: Readonly<Record<string, string>>, name: string): string {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  if (value === undefined) throw new TypeError(`template '${template}': no value for {${name}}`);
  return value;
}
