import { callRow } from "./calls.ts";
import type { Row } from "./figures.ts";
import { startSandbox } from "./stdio-server.ts";

const sizes = [
  { connectors: 50, rules: 500 },
  { connectors: 200, rules: 2_000 },
  { connectors: 1_000, rules: 10_000 },
];

/** The audit, all checks over all spaces, against downloading the pages that it reads. */
export async function audit(pairs: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { connectors, rules } of sizes) {
    const sandbox = await startSandbox(["--seed-connectors", String(connectors), "--seed-rules", String(rules), "--seed-spaces", "3"]);
    const what = `${connectors} connectors, ${rules} rules, 3 spaces`;
    rows.push(await callRow(sandbox.url, { group: "audit", what }, ["audit_connectors", {}], pairs, rules < 2_000 ? 1.5 : 1.25));
    await sandbox.stop();
  }
  return rows;
}
