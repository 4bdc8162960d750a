import type { Answer } from "./answer.ts";
import { expectOk } from "./answer.ts";
import type { CleanUp } from "./clean-up.ts";
import { indexConnector, thresholdRule } from "./fixtures.ts";
import type { Deployment, Who } from "./needs.ts";
import { request } from "./request.ts";

export interface Target {
  /** Without a slash at the end. */
  url: string;
  /** The header `authorization`; undefined if none is needed. */
  authorization?: string;
}

interface How {
  /** Default: the space that this run made. "default" sends no prefix. */
  space?: string;
  /** Undefined removes a header. */
  headers?: Record<string, string | undefined>;
  as?: Who;
  /** The request is about something that is not ours, and Kibana certainly refuses it. */
  refused?: true;
}

/** A deployment as a case sees it: bare HTTP, and a note of everything that it creates. */
export class Kibana {
  #count = 0;

  readonly target: Target;
  readonly deployment: Deployment;
  /** What every id of this case begins with. At most 14 characters. */
  readonly prefix: string;
  readonly space: string;
  readonly otherSpace: string;
  readonly cleanUp: CleanUp;

  constructor(given: Pick<Kibana, "target" | "deployment" | "prefix" | "space" | "otherSpace" | "cleanUp">) {
    this.target = given.target;
    this.deployment = given.deployment;
    this.prefix = given.prefix;
    this.space = given.space;
    this.otherSpace = given.otherSpace;
    this.cleanUp = given.cleanUp;
  }

  newId(tail = ""): string {
    this.#count += 1;
    return `${this.prefix}-${this.#count}${tail}`;
  }

  /** An id of ours without our prefix. */
  newUuid(): string {
    return this.cleanUp.own(crypto.randomUUID());
  }

  get(path: string, how?: How): Promise<Answer> {
    return this.send("GET", path, undefined, how);
  }
  post(path: string, body: unknown = {}, how?: How): Promise<Answer> {
    return this.send("POST", path, body, how);
  }
  put(path: string, body: unknown, how?: How): Promise<Answer> {
    return this.send("PUT", path, body, how);
  }
  delete(path: string, how?: How): Promise<Answer> {
    return this.send("DELETE", path, undefined, how);
  }

  async send(method: string, path: string, body?: unknown, how: How = {}): Promise<Answer> {
    if (method !== "GET" && !how.refused) this.cleanUp.mustBeOurs(method, path, body);
    const prefix = spacePrefix(how.space ?? this.space);
    const authorization = this.#authorization(how.as ?? "the key");
    const headers = { ...(authorization && { authorization }), ...how.headers };
    if (method === "POST") this.cleanUp.before(prefix, path);
    const answer = await request(this.target.url, method, prefix + path, body, headers);
    if (method === "POST") this.cleanUp.after(prefix, path, answer);
    return answer;
  }

  /** A saved connector, of type `.index` unless told otherwise. */
  async connector(given: Record<string, unknown> = {}, how: How & { id?: string } = {}): Promise<Answer["body"]> {
    const { id = this.newId(), ...rest } = how;
    return expectOk(await this.post(`/api/actions/connector/${encodeURIComponent(id)}`, { ...indexConnector(id), ...given }, rest));
  }

  /** A disabled rule, so that nothing runs. Kibana chooses its id. */
  async rule(given: Record<string, unknown> = {}, how?: How): Promise<Answer["body"]> {
    return expectOk(await this.post("/api/alerting/rule", { ...thresholdRule(this.newId()), ...given }, how));
  }

  execute(id: string, params: unknown, how?: How): Promise<Answer> {
    return this.post(`/api/actions/connector/${id}/_execute`, { params }, how);
  }

  #authorization(who: Who): string | undefined {
    if (who === "the key") return this.target.authorization;
    if (who === "no credentials") return undefined;
    if (who === "wrong credentials") return "ApiKey bm9ib2R5Om5vdGhpbmc=";
    return this.deployment.keys[who];
  }
}

function spacePrefix(space: string): string {
  return space === "default" ? "" : `/s/${space}`;
}
