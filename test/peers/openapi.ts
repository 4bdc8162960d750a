import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { parse } from "yaml";

/** One request and its answer; a body that is not JSON is left out. */
export interface Exchange {
  method: string;
  /** As sent: with the space, the query left out. */
  path: string;
  query: URLSearchParams;
  sent: unknown;
  status: number;
  got: unknown;
}

export interface Problem {
  /** Method, path of the description, status or "request". */
  where: string;
  /** What the description does not allow, and where in the body. */
  what: string;
}

interface Operation {
  parameters?: { $ref?: string; name?: string; in?: string; required?: boolean }[];
  requestBody?: Contents;
  responses: Record<string, Contents>;
}
type Contents = { $ref?: string; content?: Record<string, { schema?: unknown }> };

interface Described {
  method: string;
  /** As the description has it, without the space. */
  path: string;
  pattern: RegExp;
  /** Of the operation in its file. */
  pointer: string;
  operation: Operation;
}

/** Elastic's OpenAPI description of Kibana, from one file or several (YAML or JSON). */
export class Description {
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, validateSchema: false, logger: false });
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #operations: Described[] = [];

  constructor(files: readonly string[]) {
    for (const [at, file] of files.entries()) {
      const document = asJsonSchema(parse(readFileSync(file, "utf8"), { maxAliasCount: -1 }));
      this.#ajv.addSchema({ ...document, $id: `file-${at}` });
      for (const [whole, item] of Object.entries<Record<string, Operation>>(document.paths)) {
        const path = whole.replace("/s/{spaceId}", "");
        const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{[^}]+\}/g, "[^/]+")}$`);
        for (const [method, operation] of Object.entries(item)) {
          const pointer = `file-${at}#/paths/${escaped(whole)}/${method}`;
          this.#operations.push({ method: method.toUpperCase(), path, pattern, pointer, operation });
        }
      }
    }
    // A path without parameters goes before one that would take its last part for an id.
    this.#operations.sort((one, other) => one.path.split("{").length - other.path.split("{").length);
  }

  /** What it says against the answer of an exchange; undefined where it describes no such answer. */
  ofAnswer({ method, path, status, got }: Exchange): Problem[] | undefined {
    const found = this.#find(method, path);
    const answer = found?.operation.responses[status];
    if (!found || !answer) return undefined;
    // Kibana describes a page of rules by one rule.
    const bodies = found.path.endsWith("/rules/_find") ? pageOf(got) : [got];
    return bodies.flatMap((body) =>
      this.#against(`${found.pointer}/responses/${status}`, answer, body, `${method} ${found.path} ${status}`),
    );
  }

  /** What it says against the request of an exchange; undefined where it does not describe the operation. */
  ofRequest({ method, path, query, sent }: Exchange): Problem[] | undefined {
    const found = this.#find(method, path);
    if (!found) return undefined;
    const where = `${method} ${found.path} request`;
    const { requestBody, parameters = [] } = found.operation;
    const missing = parameters.filter(({ in: place, name = "", required }) => place === "query" && required && !query.has(name));
    return [
      ...missing.map(({ name }) => ({ where, what: `no ?${name}` })),
      ...this.#against(`${found.pointer}/requestBody`, requestBody, sent, where),
    ];
  }

  /** Kibana's `{id?}` is described with the id only. */
  #find(method: string, path: string): Described | undefined {
    const bare = path.replace(/^\/s\/[^/]+(?=\/)/, "");
    const of = (at: string) => this.#operations.find((one) => one.method === method && one.pattern.test(at));
    return of(bare) ?? (method === "POST" ? of(`${bare}/chosen`) : undefined);
  }

  #against(pointer: string, contents: Contents | undefined, body: unknown, where: string): Problem[] {
    const [type, media] = Object.entries(contents?.content ?? {}).find(([name]) => name.startsWith("application/json")) ?? [];
    if (type === undefined || media?.schema === undefined || body === undefined) return [];
    const at = `${pointer}/content/${escaped(type)}/schema`;
    const validate = this.#compiled.get(at) ?? this.#ajv.compile({ $ref: at });
    this.#compiled.set(at, validate);
    if (validate(body)) return [];
    return withoutBranches(validate.errors ?? []).map((error) => ({ where, what: inWords(error) }));
  }
}

const escaped = (part: string) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

function pageOf(got: unknown): unknown[] {
  return typeof got === "object" && got !== null && "data" in got && Array.isArray(got.data) ? got.data : [got];
}

/** Ajv tells first what each branch of a union lacks, then that none fits: only the latter says something. */
function withoutBranches(errors: ErrorObject[]): ErrorObject[] {
  return errors.filter(
    ({ instancePath }, at) =>
      !errors.slice(at + 1).some((later) => later.keyword === "anyOf" && instancePath.startsWith(later.instancePath)),
  );
}

/** Indexes left out, so that one difference is one line. */
function inWords({ instancePath, message, params }: ErrorObject): string {
  const detail = Object.values(params).filter((value) => typeof value !== "object");
  return `${instancePath.replaceAll(/\/\d+(?=\/|$)/g, "/*") || "/"} ${message} (${detail.join(", ")})`;
}

/** OpenAPI 3.0 differs from JSON Schema in `nullable` and in exclusive bounds. */
// biome-ignore lint/suspicious/noExplicitAny: a document of any shape
function asJsonSchema(node: any): any {
  if (Array.isArray(node)) return node.map(asJsonSchema);
  if (typeof node !== "object" || node === null) return node;
  const { nullable, oneOf, discriminator: _discriminator, example: _example, examples: _examples, ...plain } = node;
  const rest = oneOf === undefined ? plain : { ...plain, anyOf: oneOf };
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, asJsonSchema(value)]));
  for (const [flag, bound] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (typeof schema[flag] !== "boolean") continue;
    if (schema[flag]) schema[flag] = schema[bound];
    else delete schema[flag];
  }
  return nullable === true ? { anyOf: [schema, { type: "null" }] } : schema;
}
