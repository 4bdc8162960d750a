import { afterAll, beforeAll, expect, test } from "vitest";
import { approve, look } from "../pages/form.ts";
import { type Canary, canary, leaks, type Shape } from "./canaries.ts";
import type { Case } from "./catalogue-cases.ts";
import { type Recorded, startLyingKibana, startWatched, type Watched } from "./watched-server.ts";

type Source = "env" | "file" | "literal" | "page";

/** One connector to be: what is passed to the tool, and what must arrive. */
interface Run {
  name: string;
  id: string;
  source: Source;
  one: Case;
  /** By the field's path below `secrets`. */
  canaries: Record<string, Canary>;
  given: Record<string, unknown>;
}

/** Every secret of these types from one source, through every tool, on a server of its own. */
export function roundTrips(source: Source, cases: readonly Case[]): void {
  const env: Record<string, string> = {};
  const files: Record<string, string> = {};
  const runs: Run[] = cases.map((one, n) => {
    const id = `${source}-${n}`;
    const canaries: Record<string, Canary> = {};
    const give = (path: string, shape: Shape): unknown => {
      const made = canary(shape);
      canaries[path] = made;
      const key = `${source}_${n}_${path}`.replace(/\W/g, "_").toUpperCase();
      if (source === "env") env[`CONNECTOR_SECRET_${key}`] = made.value;
      if (source === "file") files[key] = `${made.value}\n`;
      return { env: { $env: `CONNECTOR_SECRET_${key}` }, file: { $file: key }, literal: made.value, page: { $ask: true } }[source];
    };
    const given = Object.fromEntries(
      Object.entries(one.secrets).map(([field, shape]) => [
        field,
        typeof shape === "string"
          ? give(field, shape)
          : Object.fromEntries(Object.entries(shape).map(([name, inner]) => [name, give(`${field}.${name}`, inner)])),
      ]),
    );
    return { name: `${one.type} (${one.way})`, id, source, one, canaries, given };
  });

  let kibana: Awaited<ReturnType<typeof startLyingKibana>>;
  let server: Watched;
  beforeAll(async () => {
    kibana = await startLyingKibana();
    server = await startWatched({
      built: true,
      env: {
        ...env,
        KIBANA_URL: kibana.url,
        CONNECTORS_TARGET_HOSTS: "*,*:*,smtp://*",
        CONNECTORS_LITERAL_SECRETS: "warn",
        CONNECTORS_MAX_CHANGES_PER_HOUR: "100000",
        CONNECTORS_LOG_LEVEL: "debug",
      },
      files,
    });
  });
  afterAll(async () => {
    await server.close();
    await kibana.stop();
  });

  test.each(runs)("$name reaches Kibana in the one request that carries it", async (run) => {
    await kibana.tell("none");
    const html = await create(server, run);
    const carrying = (await kibana.seen()).filter(({ body }) => leaks(run.canaries, body).length > 0);
    expect(carrying.map(({ method, path }) => `${method} ${path}`)).toEqual([`POST /api/actions/connector/${run.id}`]);
    const sent = JSON.parse(carrying[0]?.body ?? "{}");
    expect(flat(sent.secrets)).toEqual(expected(run));
    expect(leaks(run.canaries, JSON.stringify({ ...sent, secrets: 0 }) + html)).toEqual([]);

    // What comes after the create does not depend on where the secrets came from: one source goes through all of it.
    for (const mode of source === "env" ? ["safe", "near_safe", "loud"] : ["safe"]) {
      const fill = {
        to: "me@example.com",
        channelId: "C0123456789",
        channel: "alerts",
        webhookUrl: "https://tenant.tines.com/webhook/x/y",
      };
      const plain = await server.call("test_connector", { id: run.id, mode });
      // A test names what it needs, and refuses the rest.
      const needs = Object.entries(fill).filter(([name]) => plain.failed && new RegExp(`\\b${name}:`).test(plain.body.error.message));
      if (needs.length > 0) await server.call("test_connector", { id: run.id, mode, fill: Object.fromEntries(needs) });
    }
    const copy = `${run.id}-copy`;
    if (source === "env") {
      const again = { secrets: run.given, assert_no_other_secrets: true };
      expect((await server.call("update_connector", { id: run.id, ...again })).body).toMatchObject({ status: "done" });
      // Two connectors cannot have one inference endpoint.
      const config = run.one.type === ".inference" ? { config: { inferenceId: copy } } : {};
      const copied = await server.call("create_connector", { name: copy, id: copy, from: { id: run.id }, ...config, secrets: run.given });
      expect(copied.body).toMatchObject({ status: "done" });
      await server.call("execute_connector", { id: run.id, params: {} });
      const { body } = await server.call("safe_delete_connector", { ids: [copy] });
      expect((await server.call("undo_change", { change: body.change, ...again })).body).toMatchObject({ status: "done" });
      expect((await server.call("safe_delete_connector", { ids: [copy] })).body).toMatchObject({ status: "done" });
    }
    await server.call("get_connector", { id: run.id, include: ["rules"] });
    await server.call("list_connectors", { text: run.id });
    await server.call("list_changes", { id: run.id });
    expect((await server.call("safe_delete_connector", { ids: [run.id] })).body).toMatchObject({ status: "done" });
    await server.call("list_changes", { id: run.id });
    // Create, rotation, copy and undo must carry them; nothing else may.
    const carries = [run.id, copy].flatMap((id) => [`POST /api/actions/connector/${id}`, `PUT /api/actions/connector/${id}`]);
    const others = (await kibana.seen()).filter(({ method, path }) => !carries.includes(`${method} ${path}`));
    expect(others.length).toBeGreaterThan(5);
    expect(leaks(run.canaries, others.map(asText).join("\n"))).toEqual([]);
  });

  test("and none of them is found in anything that left the server", () => {
    const all = Object.fromEntries(runs.flatMap((run) => Object.entries(run.canaries).map(([path, one]) => [`${run.name}: ${path}`, one])));
    expect(Object.keys(all).length).toBeGreaterThan(cases.length);
    const out = server.out();
    expect(out.files).toContain('"kind":"begin"');
    expect(out.stderr).toContain("create_connector");
    for (const [where, text] of Object.entries(out)) expect(leaks(all, text), where).toEqual([]);
    // The agent itself says only what it was given.
    expect(leaks(all, server.said())).toEqual(source === "literal" ? Object.keys(all) : []);
  });
}

/** The secrets as Kibana must get them, without those that were not given. */
function expected({ canaries, source }: Run): Record<string, string> {
  const stored = ({ value, shape }: Canary) =>
    shape === "pemFile" ? Buffer.from(source === "file" ? `${value}\n` : value).toString("base64") : value;
  return Object.fromEntries(Object.entries(canaries).map(([path, one]) => [path, stored(one)]));
}

function flat(value: unknown, path = ""): Record<string, unknown> {
  if (value === null || typeof value !== "object") return value === null ? {} : { [path]: value };
  return Object.assign({}, ...Object.entries(value).map(([key, item]) => flat(item, path ? `${path}.${key}` : key)));
}

/** A call, over the page where the source is the page. The page's HTML is looked at too. */
async function create(server: Watched, { id, source, one, canaries, given }: Run): Promise<string> {
  const args = { id, name: `Run ${id}`, type: one.type, config: one.config, secrets: given };
  const first = await server.call("create_connector", args);
  if (source !== "page") {
    expect(first.body).toMatchObject({ status: "done" });
    return "";
  }
  expect(first.body).toMatchObject({ status: "secrets_wanted" });
  const { url, id: confirm } = first.body.confirm;
  const before = await look(url);
  const [path = ""] = Object.keys(canaries);
  const values = Object.fromEntries(Object.entries(canaries).map(([field, { value }]) => [`secrets.${field}`, value]));
  // First with one missing: what was typed must not come back.
  const { [`secrets.${path}`]: _missing, ...some } = values;
  const wrong = await approve(url, some);
  expect(wrong.status).toBe(422);
  const right = await approve(url, values);
  expect(right.html).toContain("Approved");
  expect((await server.call("create_connector", { ...args, confirm })).body).toMatchObject({ status: "done" });
  return before.html + wrong.html + right.html;
}

function asText({ method, path, headers, body }: Recorded): string {
  return `${method} ${path}\n${JSON.stringify(headers)}\n${body}`;
}
