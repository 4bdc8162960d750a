import { exported, type Source } from "../../src/as-code/exported.ts";
import type { Origin } from "../../src/as-code/origin.ts";
import { connectorType } from "../../src/catalog/index.ts";
import { connector } from "../support/plan.ts";

const prefix = "CONNECTOR_SECRET_";

export function origin(version = "9.5.0"): Origin {
  return { from: "TEST", by: "kibana-connectors-mcp", status: { version, flavour: "traditional", level: "available" }, prefix };
}

type Given = Partial<Pick<Source["connector"], "id" | "name" | "type" | "config">> & {
  space?: string;
  needed?: string[];
  possible?: string[];
  mode?: string;
};

/** Connectors ready to be written; by default a log connector without secrets. */
export async function sources(...given: Given[]) {
  const all = await Promise.all(
    given.map(async ({ space = "default", needed = [], possible = [], mode, ...more }) => {
      const one = connector({ id: "ops-log", name: "Ops log", type: ".server-log", ...more });
      return {
        space,
        connector: { ...one, config: more.config ?? {} },
        entry: await connectorType(one.type),
        secrets: { needed, possible, mode },
      };
    }),
  );
  return exported(all, prefix);
}
