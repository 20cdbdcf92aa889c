// Why the service did not do what it was asked for over HTTP.
import { words } from '../words/words.ts';
import { fieldsOf, textOf } from './payloads.ts';

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** Of the service's problems; none: it did not say. */
  readonly problem: string | undefined;

  constructor(problem: string | undefined, detail: string | undefined) {
    super(detail ?? 'the service did not answer as it should');
    this.problem = problem;
  }
}

/** What a problem document says: the end of its type is the problem's name. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const { type, detail } = fieldsOf(await response.json().catch(() => undefined));
  return new ApiProblem(textOf(type)?.split(/[/#:]/).at(-1), textOf(detail));
}

/** The same for people, whatever was thrown. */
export function problemWords(error: unknown): string {
  const name = error instanceof ApiProblem ? error.problem : undefined;
  return (name !== undefined && words().problem(name)) || words().problemUnknown;
}
