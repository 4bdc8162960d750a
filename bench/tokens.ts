import { countTokens } from "gpt-tokenizer";
import { digits, type Row } from "./figures.ts";
import { own, StdioServer, startSandbox } from "./stdio-server.ts";

/** What an agent wants to know, our calls for it, and what it would otherwise read from Kibana's API. */
const tasks: { what: string; anySize?: true; calls: [tool: string, args: object][]; raw: string[] }[] = [
  { what: "which connectors are there", anySize: true, calls: [["list_connectors", {}]], raw: ["/api/actions/connectors"] },
  {
    what: "one connector, and which rules use it",
    calls: [["get_connector", { id: "ops-pagerduty", include: ["rules"] }]],
    raw: [
      "/api/actions/connector/ops-pagerduty",
      `/api/alerting/rules/_find?has_reference=${encodeURIComponent('{"type":"action","id":"ops-pagerduty"}')}`,
    ],
  },
  { what: "which types does this Kibana offer", calls: [["describe_connector_types", {}]], raw: ["/api/actions/connector_types"] },
  {
    what: "which connectors are broken, unused or badly set up",
    anySize: true,
    calls: [["audit_connectors", {}]],
    raw: [
      "/api/spaces/space",
      ...["", "/s/team-payments", "/s/security"].flatMap((space) => [
        `${space}/api/actions/connectors`,
        `${space}/api/actions/connector_types`,
        `${space}/api/alerting/rules/_find?per_page=1000`,
      ]),
    ],
  },
  {
    what: "may this connector be deleted",
    calls: [["safe_delete_connector", { ids: ["ops-slack-2"], dry_run: true }]],
    raw: ["/api/actions/connectors", "/api/alerting/rules/_find?per_page=1000"],
  },
];

const answers: [tool: string, args: object][] = [
  ["describe_deployment", {}],
  ["list_connectors", { space: "*" }],
  ["get_connector", { id: "ops-pagerduty", include: ["rules"] }],
  ["describe_connector_types", { types: [".webhook"] }],
  ["create_connector", { name: "Log of the bench", type: ".server-log" }],
  ["test_connector", { id: "ops-pagerduty" }],
  ["list_changes", {}],
];

interface Listed {
  name: string;
  description: string;
  inputSchema: object;
  outputSchema?: object;
  annotations?: { readOnlyHint?: boolean };
}

/** Tokens (gpt-tokenizer, o200k) of what a model reads: counted, not timed, and the same on every machine. */
export async function tokens(): Promise<Row[]> {
  const server = new StdioServer(own(["--sandbox"]));
  const { tools } = (await server.start()) as unknown as { tools: Listed[] };
  const reading = tools.filter(({ annotations }) => annotations?.readOnlyHint);
  const rows: Row[] = [
    listRow(`tools/list, ${tools.length} tools`, tools, false, 3_000),
    listRow(`tools/list, ${tools.length} tools, with output schemas and annotations`, tools, true),
    listRow(`tools/list, the ${reading.length} that read`, reading, false, 1_200),
    listRow(`tools/list, the ${reading.length} that read, with output schemas and annotations`, reading, true),
  ];
  for (const [tool, args] of answers) {
    const count = countTokens(await server.call(tool, args));
    rows.push({ group: "tokens", what: `answer of ${tool} ${JSON.stringify(args)}`, ours: `${count}`, target: atMost(count, 1_200) });
  }
  await server.stop();
  return [...rows, ...(await taskRows())];
}

function listRow(what: string, tools: readonly Listed[], whole: boolean, most?: number): Row {
  const text = ({ name, description, inputSchema }: Listed) => [name, description, JSON.stringify(inputSchema)];
  const count = tools.flatMap((tool) => (whole ? [JSON.stringify(tool)] : text(tool))).reduce((sum, part) => sum + countTokens(part), 0);
  return { group: "tokens", what, ours: `${count}`, ...(most && { target: atMost(count, most) }) };
}

function atMost(count: number, most: number): NonNullable<Row["target"]> {
  return { atMost: most, what: `≤ ${most}`, met: count <= most };
}

/** The same question answered by our tools, and by the bodies of Kibana's own answers. */
async function taskRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const seed of [[], ["--seed-connectors", "200", "--seed-rules", "1000"]]) {
    const sandbox = await startSandbox(seed);
    const server = new StdioServer(own([], { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" }));
    await server.start();
    for (const { what, calls, raw } of seed.length === 0 ? tasks : tasks.filter((task) => task.anySize)) {
      let ours = 0;
      for (const [tool, args] of calls) ours += countTokens(await server.call(tool, args));
      let theirs = 0;
      // A generated deployment has one space.
      const paths = raw.filter((path) => seed.length === 0 || !path.startsWith("/s/"));
      for (const path of paths) theirs += countTokens(await (await fetch(sandbox.url + path)).text());
      const where = seed.length === 0 ? "the sandbox" : "200 connectors, 1,000 rules";
      const ratio = ours / theirs;
      rows.push({
        group: "tokens",
        what: `${what} (${where})`,
        against: paths.length === 1 ? "1 API answer" : `${paths.length} API answers`,
        ratio: { median: ratio, low: ratio, high: ratio },
        ours: `${ours}`,
        theirs: digits(theirs),
      });
    }
    await server.stop();
    await sandbox.stop();
  }
  return rows;
}
