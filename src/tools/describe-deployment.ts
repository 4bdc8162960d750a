import * as z from "zod";
import { ToolError } from "../errors.ts";
import { availableNames } from "../secrets/resolve.ts";
import { readTool } from "./define.ts";
import { compact, next, warnings } from "./fields.ts";

export const describeDeployment = readTool({
  name: "describe_deployment",
  title: "Describe deployment",
  description: "Call first: which Kibana this is (label, URL, version), its spaces, what the key may do, and this server's own limits.",
  input: z.strictObject({}),
  output: z.looseObject({
    deployment: z.looseObject({ name: z.string(), url: z.string(), version: z.string() }),
    spaces: z.array(z.looseObject({ id: z.string(), name: z.string() })),
    may: z.looseObject({}),
    limits: z.looseObject({}),
    warnings,
    next,
  }),
  async run(_args, { kibana, settings, deployment, spaces, secrets, principal, signal }) {
    const status = await kibana.status(signal);
    const notes: string[] = [];
    const visible = await spaces.list(principal, signal).catch((error: unknown) => {
      notes.push(`The spaces could not be listed: ${error instanceof ToolError ? error.message : "unknown cause"}`);
      return [];
    });
    const [rights, readRules] = await Promise.all([
      kibana.connectorRights(settings.space, signal).catch((error: unknown) => {
        notes.push(
          `What the key may do with connectors could not be asked: ${error instanceof ToolError ? error.message : "unknown cause"}`,
        );
        return undefined;
      }),
      allowed(kibana.rules(settings.space, { page: 1, perPage: 0 }, signal)),
    ]);
    if (rights?.read === false)
      notes.push(`The key may not read connectors in the space "${settings.space}": it needs Actions and Connectors: Read.`);
    return {
      deployment: compact({
        ...deployment,
        sandbox: deployment.sandbox || undefined,
        version: status.version,
        flavour: status.flavour,
        health: status.level,
      }) as {
        name: string;
        url: string;
        version: string;
      },
      spaces: visible.slice(0, 50),
      may: {
        space: settings.space,
        read_connectors: answer(rights?.read),
        execute_connectors: answer(rights?.execute),
        change_connectors: answer(rights?.change && rights.delete),
        read_rules: readRules,
      },
      limits: compact({
        access: principal.access,
        default_space: settings.space,
        spaces: principal.spaces,
        protected: settings.protect,
        target_hosts: settings.targetHosts,
        max_changes_per_hour: settings.maxChangesPerHour,
        stateless: settings.http?.stateless || undefined,
        audit_connector: settings.auditConnector?.id,
        confirmation: settings.skipConfirmation ? "skipped" : settings.confirm,
        secret_references: [
          `{"$env": "${settings.secretPrefix}…"}`,
          ...(settings.secretDir ? ['{"$file": "…"}'] : []),
          ...(secrets.noPage ? [] : ['{"$ask": true}']),
        ],
        secret_names: secrets.allowed ?? availableNames(secrets),
      }),
      ...compact({ warnings: [...notes, ...(visible.length > 50 ? [`${visible.length - 50} more spaces are not shown.`] : [])] }),
      next: [{ tool: "list_connectors", args: { space: "*" }, why: "See what is there." }],
    };
  },
});

function answer(right: boolean | undefined): "yes" | "no" | "unknown" {
  return right === undefined ? "unknown" : right ? "yes" : "no";
}

/** `no` only when Kibana said so; what failed otherwise is `unknown`. */
async function allowed(read: Promise<unknown>): Promise<"yes" | "no" | "unknown"> {
  try {
    await read;
    return "yes";
  } catch (error) {
    return error instanceof ToolError && error.code === "forbidden" ? "no" : "unknown";
  }
}
