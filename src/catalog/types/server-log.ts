import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { headline } from "../shared/recipe.ts";

/** reference: .server-log; schema server_log/schemas/v1.ts, executor server_log/index.ts. */
export const serverLog: ConnectorType = {
  id: ".server-log",
  name: "Server log",
  aliases: ["log", "kibana log"],
  category: "Logs & observability",
  license: "basic",
  features: ["alerting", "uptime", "siem"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({}).default({}),
    secrets: z.strictObject({}).default({}),
    params: z.strictObject({
      message: z.string().describe("Control characters are removed"),
      level: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
    }),
  }),
  allowedHosts: [],
  target: { kind: "none" },
  credentials: [],
  effect: "sends",
  onlyRecordsIn: "Kibana's log",
  headlines: ["message"],
  tests: {
    safe: {
      params: { message: "connector probe {unique}", level: "trace" },
      effect: "Touches nothing outside Kibana: at the default log level not even a line is written",
      proves: ["the connector runs"],
      doesNotProve: ["that a line is written at the level in use"],
    },
    loud: {
      params: { message: "connector test {unique}", level: "info" },
      effect: "One line in Kibana's log",
      proves: ["the connector runs", "the line is in the log"],
      doesNotProve: ["that anybody reads the log"],
    },
  },
  recoveryHint: "Write another line on the recovered action group.",
  recipe: { workflows: ["audit_log"], params: (about) => ({ level: "info", message: headline(about) }) },
  traps: ["Each Kibana writes its own log: look on the node that ran the action."],
  exampleConfig: {},
  exampleSecrets: [],
};
