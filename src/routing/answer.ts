// Where the result of a handler goes: read from its options once, expanded with the variables of each message.
import { assertDestination, isPattern, isUnder, printable, type Separator } from '../message/destination.ts';
import { expandTemplate, parseTemplate, templateExpander } from '../message/template.ts';
import type { AnyParams } from './context.ts';
import { queuePrefix } from './user-destinations.ts';

/** Where a result that is not `undefined` goes, and as what. */
export interface AnswerOptions {
  /** Destinations of the broker. May use the template's variables. Source: Spring's `@SendTo`. */
  readonly sendTo?: string | readonly string[];
  /** Leaves the sender's own session out. */
  readonly exceptSender?: boolean;
  /** Queues of the sender's user, such as `/queue/orders`. May use the template's variables. Source: Spring's `@SendToUser`. */
  readonly sendToUser?: string | readonly string[];
  /** With `sendToUser`: only the session that sent the message, not all of its user. Source: `broadcast = false`. */
  readonly onlyThisSession?: boolean;
  /** What the body shall be, such as `text/csv`; default: JSON for objects, text for strings, bytes as they are. */
  readonly produces?: string;
}

type Expand = (params: AnyParams) => string;

/** The same, ready to be used. */
export interface Answer {
  readonly topics: readonly Expand[];
  readonly queues: readonly Expand[];
  readonly exceptSender: boolean;
  readonly onlyThisSession: boolean;
  readonly produces: string | undefined;
}

/**
 * Reads the options of a handler.
 *
 * @param template - the handler's own, prefix of its groups included
 * @throws {TypeError} when a target is no destination, or uses a variable that the template has not
 */
export function answerOf(options: AnswerOptions, template: string, separator: Separator): Answer {
  const params = exampleParams(template, separator);
  const read = (name: 'sendTo' | 'sendToUser'): readonly Expand[] =>
    targetsOf(options[name]).map((target) => checkedTarget(name, target, params, separator));
  return {
    topics: read('sendTo'),
    queues: read('sendToUser'),
    exceptSender: options.exceptSender ?? false,
    onlyThisSession: options.onlyThisSession ?? false,
    produces: options.produces,
  };
}

function targetsOf(targets: string | readonly string[] | undefined): readonly string[] {
  return targets === undefined ? [] : [targets].flat();
}

/** What would fail at every message is refused at registration. */
function checkedTarget(name: string, target: string, params: AnyParams, separator: Separator): Expand {
  const example = expandTemplate(target, params);
  const what = `${name} '${printable(target)}'`;
  if (isPattern(example) || !isDestination(example, separator))
    throw new TypeError(`${what} is no destination: it begins with '/', without wildcards`);
  if (name === 'sendToUser' && !isUnder(example, queuePrefix))
    throw new TypeError(`${what} is no queue of a user: it begins with '${queuePrefix}/'`);
  return templateExpander(target);
}

/** A value for every variable of a template. */
function exampleParams(template: string, separator: Separator): AnyParams {
  if (template === '') return {};
  const names = parseTemplate(template, separator).flatMap((segment) =>
    'variable' in segment ? [segment.variable] : [],
  );
  return Object.fromEntries(names.map((name) => [name, 'x']));
}

function isDestination(text: string, separator: Separator): boolean {
  try {
    assertDestination(text, separator);
    return true;
  } catch {
    return false;
  }
}
