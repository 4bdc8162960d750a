import { request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { suites } from "../contract/cases/index.ts";
import { startRun } from "../contract/run.ts";
import { corpus } from "../fuzz/corpus.ts";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { listen } from "../support/server.ts";
import { Description, type Exchange, type Problem } from "./openapi.ts";

/** Elastic's description is not in this repository: it has a licence of its own and 4 MB. */
const files = (process.env.KIBANA_OPENAPI ?? "").split(":").filter(Boolean);
const version = process.env.KIBANA_OPENAPI_VERSION ?? "9.3";

if (files.length === 0) {
  const where = "oas_docs/output/kibana.yaml of elastic/kibana, in the branch of KIBANA_OPENAPI_VERSION (9.3)";
  process.stdout.write(`peer OpenAPI: skipped, KIBANA_OPENAPI names no description (${where})\n`);
}

/** What the description says and Kibana's source does not: the method and path, what it finds, and why it is wrong there. */
const wrong: readonly (readonly [where: RegExp, what: RegExp, why: string])[] = [
  [
    /_execute 200$/,
    /./,
    "describes the connector in place of the result: actions/common/routes/connector/response, connectorExecuteResponseSchema",
  ],
  [
    /connectors? 200$|connector\/{id} 200$/,
    /is_connector_type_deprecated|referenced_by_count/,
    "behind the source: the same file has both",
  ],
  [/connector\/{connectorId} 200$/, /match a schema in anyOf/, "8.x: a union of the types that its authors knew"],
  [/connector_types 200$/, /allowed values/, "8.x: knows neither all types nor all features"],
  [/_find 200$/, /must have required property/, "knows nothing of `fields`, which cuts each rule"],
  [/alerting\/rule 200$/, /required property 'group'/, "8.x: knows no system actions, which have no group"],
  [/_enable 404$/, /statusCode|error/, "8.x: allows 401 only, a slip"],
  [/snooze_schedule 200$/, /body|schedule/, "has a `body` that the route unpacks: snooze_rule_route.ts, res.ok(response)"],
  [/maintenance_window/, /status must be equal to one of/, "behind the source: a window that is not enabled is `disabled`"],
  [
    /_import 200$/,
    /errors|successResults|warnings/,
    "core/saved-objects, import/routes: what is empty is left out, and warnings are there",
  ],
  [/spaces\/space request$/, /include_authorized_purposes/, "get_all.ts has a default for it"],
  [/status 200$/, /./, "core/status: the description leaves out most of the metrics and `reported`"],
];

const isWrong = ({ where, what }: Problem) => wrong.some(([at, said]) => at.test(where) && said.test(what));

test.skipIf(files.length === 0)(
  "what the stand-in answers and the server asks is as Elastic describes it",
  { timeout: 300_000 },
  async () => {
    const description = new Description(files);
    const sandbox = await startSandboxWith(["--kibana-version", version, "--deliver"]);
    onTestFinished(() => sandbox.stop());

    const cases = await recording(sandbox.url);
    const run = await startRun({ url: cases.url }, "open");
    for (const one of Object.values(suites).flat()) if (run.whyNot(one) === undefined) await run.perform(one);
    await run.end();

    const tools = await recording(sandbox.url);
    const env = { KIBANA_URL: tools.url, KIBANA_API_KEY: "any", CONNECTORS_ACCESS: "full", CONNECTOR_SECRET_CANARY: "secret" };
    const server = await startServer({ env, person: yes });
    for (const [tool, args] of corpus) await server.call(tool, args);
    await server.close();

    const described = (found: Problem[] | undefined) => found !== undefined;
    const answers = [...cases.exchanges, ...tools.exchanges].map((one) => description.ofAnswer(one)).filter(described);
    const requests = tools.exchanges.map((one) => description.ofRequest(one)).filter(described);
    process.stdout.write(`peer OpenAPI: ${answers.length} answers and ${requests.length} requests compared\n`);
    expect(
      new Set(
        [...answers, ...requests]
          .flat()
          .filter((problem) => !isWrong(problem))
          .map(({ where, what }) => `${where}: ${what}`),
      ),
    ).toEqual(new Set());
    expect(answers.length).toBeGreaterThan(500);
    expect(requests.length).toBeGreaterThan(200);
  },
);

/** A proxy that keeps what passes. */
async function recording(target: string): Promise<{ url: string; exchanges: Exchange[] }> {
  const exchanges: Exchange[] = [];
  const url = await listen(async (incoming, outgoing) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const sent = await text(incoming);
    const onward = request(target + path, { method, headers }, async (answer) => {
      const got = await text(answer);
      const { pathname, searchParams } = new URL(path, target);
      const status = answer.statusCode ?? 0;
      exchanges.push({ method, path: pathname, query: searchParams, sent: jsonOf(sent), status, got: jsonOf(got) });
      outgoing.writeHead(status, answer.headers).end(got);
    });
    onward.end(sent);
  });
  return { url, exchanges };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
