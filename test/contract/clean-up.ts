import type { Answer } from "./answer.ts";

const creates =
  /^\/api\/(actions\/connector|actions\/action|alerting\/rule|alerts\/alert|spaces\/space|maintenance_window)(?:\/([^/?]+))?$/;
const changes =
  /^\/(?:api\/(?:actions\/connector|actions\/action|alerting\/rule|alerts\/alert|spaces\/space|maintenance_window)|internal\/alerting\/(?:rule|rules\/maintenance_window))\/([^/?_][^/?]*)/;
const imports = /^\/api\/saved_objects\/_import/;

/** What one run created, and the promise that it touches nothing else. */
export class CleanUp {
  /** Paths to delete, oldest first. */
  readonly #paths = new Set<string>();
  readonly #ids = new Set<string>();

  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Says that an id without the prefix is ours from now on. */
  own(id: string): string {
    this.#ids.add(id);
    return id;
  }

  /** @throws when a request that may change something aims at what this run did not create. */
  mustBeOurs(method: string, path: string, body: unknown): void {
    const found = changes.exec(path)?.[1];
    const id = found === undefined ? spaceIdIn(path, body) : decodeURIComponent(found);
    if (id === undefined || this.#isOurs(id)) return;
    throw new Error(`${method} ${path}: "${id}" was not created by this run (${this.prefix}…).`);
  }

  /** An id of ours is noted before it is sent: the answer may be lost on its way. */
  before(space: string, path: string): void {
    const [, route, id] = creates.exec(path) ?? [];
    if (id && this.#isOurs(decodeURIComponent(id))) this.#note(space, `/api/${route}`, decodeURIComponent(id));
  }

  after(space: string, path: string, { status, body }: Answer): void {
    if (status !== 200) return;
    const [, route] = creates.exec(path) ?? [];
    if (route && body?.id) this.#note(space, `/api/${route}`, body.id);
    if (!imports.test(path)) return;
    for (const { type, id, destinationId } of body?.successResults ?? []) {
      if (type === "action") this.#note(space, "/api/actions/connector", destinationId ?? id);
    }
  }

  /** Deletes all of it, newest first. Returns what could not be deleted. */
  async run(del: (path: string) => Promise<Answer>): Promise<string[]> {
    const left: string[] = [];
    for (const path of [...this.#paths].reverse()) {
      const status = await del(path).then(
        (answer) => answer.status,
        () => 0,
      );
      if ([200, 204, 404].includes(status)) this.#paths.delete(path);
      else left.push(path);
    }
    return left;
  }

  #isOurs(id: string): boolean {
    return id.startsWith(this.prefix) || this.#ids.has(id);
  }

  #note(space: string, route: string, id: string): void {
    this.#ids.add(id);
    this.#paths.add(`${space}${route}/${encodeURIComponent(id)}`);
  }
}

function spaceIdIn(path: string, body: unknown): string | undefined {
  if (path !== "/api/spaces/space" || body === null || typeof body !== "object" || !("id" in body)) return undefined;
  return String(body.id);
}
