import { bareClient, countOf, requestsOf } from "./bare.ts";
import { compared, milliseconds, type Row } from "./figures.ts";
import { own, StdioServer, startSandbox } from "./stdio-server.ts";

const sizes = [10, 100, 1_000, 10_000];
const atMost = 1.3;

/** A call minus an MCP ping, against its bare requests. */
export async function calls(pairs: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    const sandbox = await startSandbox(["--seed-connectors", String(size), "--seed-rules", String(Math.min(size, 1_000))]);
    const [first] = (await (await fetch(`${sandbox.url}/api/actions/connectors`)).json()) as { id: string }[];
    const id = first?.id ?? "";
    rows.push(
      await callRow(sandbox.url, { group: "call", what: `list_connectors, ${size} connectors` }, ["list_connectors", {}], pairs, atMost),
    );
    rows.push(
      await callRow(sandbox.url, { group: "call", what: `get_connector, ${size} connectors` }, ["get_connector", { id }], pairs, atMost),
    );
    await sandbox.stop();
  }
  return rows;
}

/** One row: the tool's call minus a ping, and its bare requests, in turn. */
export async function callRow(
  kibana: string,
  labels: Pick<Row, "group" | "what">,
  [tool, args]: readonly [tool: string, args: object],
  pairs: number,
  atMost?: number,
): Promise<Row> {
  const [requests = []] = await requestsOf(kibana, [tool, args]);
  const server = new StdioServer(own([], { KIBANA_URL: kibana, KIBANA_API_KEY: "any" }));
  const bare = bareClient(kibana);
  try {
    await server.start();
    // Warms up both, so that hot code is compiled before it is measured.
    const once = await milliseconds(() => server.call(tool, args));
    const warm = await milliseconds(() => server.call(tool, args), once > 300 ? 1 : 20);
    await milliseconds(() => bare.make(requests), once > 300 ? 1 : 20);
    // Short work is repeated, so that one hiccup of the machine does not decide a figure.
    const times = Math.max(1, Math.min(20, Math.round(40 / warm)));
    const samples: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let pair = 0; pair < pairs; pair++) {
      // The three take turns within a pair, too.
      const sum = { ping: 0, ours: 0, theirs: 0 };
      for (let turn = 0; turn < times; turn++) {
        sum.ping += await milliseconds(() => server.ping());
        sum.ours += await milliseconds(() => server.call(tool, args));
        sum.theirs += await milliseconds(() => bare.make(requests));
      }
      samples.ours.push((sum.ours - sum.ping) / times);
      samples.theirs.push(sum.theirs / times);
    }
    const against = `its ${countOf(requests)} requests`;
    return compared({ ...labels, against }, samples, { unit: "ms", ...(atMost && { atMost }) });
  } finally {
    await server.stop();
    await bare.close();
  }
}
