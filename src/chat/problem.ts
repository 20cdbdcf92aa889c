// What can go wrong in the chat: one error that says it to STOMP clients and to HTTP clients alike.
import { type ErrorCode, StompwireError } from '../index.ts';

/** What each problem is over HTTP, and over STOMP. */
const problems = {
  'bad-request': { status: 400, code: 'bad-payload', title: 'The request is not what is expected' },
  'not-signed-in': { status: 401, code: 'no-access', title: 'Who asks is not known' },
  'no-access': { status: 403, code: 'no-access', title: 'That is not allowed there' },
  'no-such-room': { status: 404, code: 'no-access', title: 'There is no such room' },
  'no-such-message': { status: 404, code: 'bad-payload', title: 'There is no such message' },
  'no-such-member': { status: 404, code: 'bad-payload', title: 'There is no such member' },
  'room-exists': { status: 409, code: 'bad-payload', title: 'There is such a room already' },
  'message-changed': { status: 409, code: 'bad-payload', title: 'The message was changed meanwhile' },
  'precondition-failed': {
    status: 412,
    code: 'bad-payload',
    title: 'The message has another version than If-Match says',
  },
  'room-full': { status: 409, code: 'no-access', title: 'The room has as many members as it may have' },
  'too-many-rooms': { status: 429, code: 'rate-limited', title: 'There are as many rooms as there may be' },
} as const satisfies Record<string, { status: number; code: ErrorCode; title: string }>;

/** The name of a problem: the end of its `type` in a problem document. */
export type ProblemName = keyof typeof problems;

/**
 * A problem of the chat. Over STOMP it is told on the sender's error queue, over HTTP as a problem document.
 * Source: RFC 9457.
 */
export class ChatProblem extends StompwireError {
  readonly problem: ProblemName;
  /** Of a message that was changed meanwhile: the version that the message has now. */
  readonly version: number | undefined;

  /** @param detail - what happened, which value, what is allowed; default: the problem's title */
  constructor(
    problem: ProblemName,
    detail?: string,
    { version }: { readonly version?: number | undefined } = {},
  ) {
    super(problems[problem].code, detail ?? problems[problem].title);
    this.problem = problem;
    this.version = version;
  }

  /** The HTTP status. */
  get status(): number {
    return problems[this.problem].status;
  }

  /** The same for every problem of its name. */
  get title(): string {
    return problems[this.problem].title;
  }
}
