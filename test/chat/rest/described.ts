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

/** A document, and what of it was seen to be so. */
export class Described {
  readonly document: Document;
  readonly seen = new Set<string>();
  /** Compiling is dear, and answers are many. */
  readonly #compiled = new Map<object, ValidateFunction>();
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(document: Document) {
    this.document = document;
    this.#ajv.addSchema({ $id: 'doc', components: document.components });
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
      throw new Error(`${what}: ${this.#ajv.errorsText(validate.errors)}: ${JSON.stringify(answer.body)}`);
  }

  #find(path: string): [string, Record<string, Operation>] | undefined {
    return Object.entries(this.document.paths).find(([template]) =>
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
  }

  #validate(schema: object): ValidateFunction {
    const known = this.#compiled.get(schema);
    if (known !== undefined) return known;
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"doc#/components/');
    const compiled = this.#ajv.compile(JSON.parse(text) as object);
    this.#compiled.set(schema, compiled);
    return compiled;
  }
}
