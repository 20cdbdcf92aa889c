// Holds what the chat answers to what its document says that it answers.
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The parts of an OpenAPI document that are looked at. */
export interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}

interface Content {
  readonly schema: object;
}

/** A route. */
export interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: object;
  }[];
  readonly requestBody?: { readonly content: Record<string, Content> };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, Content> }
  >;
}

/** An answer, as far as the document speaks of it. */
interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What holds for schemas of one set of components; most tests have the same, and compiling is dear. */
interface Compiler {
  readonly ajv: Ajv2020;
  /** By their text. */
  readonly compiled: Map<string, ValidateFunction>;
}

const compilers = new Map<string, Compiler>();

function compilerFor(components: object): Compiler {
  const text = JSON.stringify(components);
  const known = compilers.get(text);
  if (known !== undefined) return known;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema({ $id: 'doc', components });
  const compiler = { ajv, compiled: new Map<string, ValidateFunction>() };
  compilers.set(text, compiler);
  return compiler;
}

/** A document, and what of it was seen to be so. */
export class Described {
  readonly document: Document;
  readonly seen = new Set<string>();
  readonly #compiler: Compiler;

  constructor(document: Document) {
    this.document = document;
    this.#compiler = compilerFor(document.components);
  }

  /** Whether a schema is one, references included. */
  compiles(schema: object): boolean {
    return this.#validate(schema) !== undefined;
  }

  /** @throws {Error} when the document does not say so */
  assert(method: string, path: string, answer: Answered): void {
    const found = this.#find(path.replace(/\?.*$/, ''));
    const operation = found?.[1][method.toLowerCase()];
    const what = `${method} ${path} ${answer.status}`;
    if (operation === undefined) {
      if (answer.status !== 404) throw new Error(`${what}: the document knows no such route`);
      return;
    }
    const status = operation.responses[answer.status]
      ? String(answer.status)
      : `${String(answer.status)[0]}XX`;
    const response = operation.responses[status];
    if (response === undefined) throw new Error(`${what}: the document knows no such answer`);
    this.seen.add(`${method} ${found![0]} ${status}`);
    const type = (answer.headers['content-type'] ?? '').replace(/;.*$/, '');
    const content = response.content?.[type];
    if (content === undefined && type === '' && response.content === undefined) return;
    if (content === undefined) throw new Error(`${what}: the document knows no ${type}`);
    const validate = this.#validate(content.schema);
    if (!validate(answer.body))
      throw new Error(
        `${what}: ${this.#compiler.ajv.errorsText(validate.errors)}: ${JSON.stringify(answer.body)}`,
      );
  }

  #find(path: string): [string, Record<string, Operation>] | undefined {
    return Object.entries(this.document.paths).find(([template]) =>
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
  }

  #validate(schema: object): ValidateFunction {
    const { ajv, compiled } = this.#compiler;
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"doc#/components/');
    const known = compiled.get(text) ?? ajv.compile(JSON.parse(text) as object);
    compiled.set(text, known);
    return known;
  }
}
