import * as z from "zod";
import { ToolError } from "../errors.ts";
import { availableNames } from "../secrets/secret-source.ts";
import { readAcross, type ToolContext } from "./define.ts";
import { compact, next, warnings } from "./fields.ts";

/** The most spaces in which to ask what the key may do: two requests each. */
const spacesAsked = 10;

type Answer = "yes" | "no" | "unknown";

interface Rights {
  space: string;
  read_connectors: Answer;
  execute_connectors: Answer;
  change_connectors: Answer;
  read_rules: Answer;
}

export const describeDeployment = readAcross({
  name: "describe_deployment",
  title: "Describe deployment",
  description:
    "Which Kibana this is (label, URL, version, licence), its spaces, what the key may do in each, and this server's own limits.",
  input: z.strictObject({}),
  output: z.looseObject({
    deployment: z.looseObject({ name: z.string(), url: z.string(), version: z.string() }),
    spaces: z.array(z.looseObject({ id: z.string(), name: z.string() })),
    may: z.looseObject({}),
    limits: z.looseObject({}),
    warnings,
    next,
  }),
  async run(_args, context) {
    const { kibana, settings, deployment, spaces, secrets, principal } = context;
    const status = await kibana.status();
    const notes: string[] = [];
    const visible = await spaces.list().catch((error: unknown) => {
      notes.push(`The spaces could not be listed: ${error instanceof ToolError ? error.message : "unknown cause"}`);
      return [];
    });
    const asked = [settings.space, ...visible.map(({ id }) => id).filter((id) => id !== settings.space)].slice(0, spacesAsked);
    const [licence, ...rights] = await Promise.all([
      kibana.licence().catch(() => undefined),
      ...asked.map((space) => rightsIn(space, context, notes)),
    ]);
    return {
      deployment: compact({
        ...deployment,
        sandbox: deployment.sandbox || undefined,
        version: status.version,
        flavour: status.flavour,
        health: status.level,
        licence,
      }) as {
        name: string;
        url: string;
        version: string;
      },
      spaces: visible.slice(0, 50),
      may: mayWhere(rights),
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
      ...compact({
        warnings: [
          ...notes,
          ...(visible.length > 50 ? [`${visible.length - 50} more spaces are not shown.`] : []),
          ...(visible.length > asked.length ? [`What the key may do was checked in ${asked.length} of ${visible.length} spaces.`] : []),
        ],
      }),
    };
  },
});

async function rightsIn(space: string, { kibana, settings }: ToolContext, notes: string[]): Promise<Rights> {
  const [rights, readRules] = await Promise.all([
    kibana.connectorRights(space).catch((error: unknown) => {
      const cause = error instanceof ToolError ? error.message : "unknown cause";
      notes.push(`What the key may do with connectors could not be checked: ${cause} (space "${space}")`);
      return undefined;
    }),
    allowed(kibana.rules(space, { page: 1, perPage: 0 })),
  ]);
  if (rights?.read === false && space === settings.space)
    notes.push(`The key may not read connectors in the space "${space}": it needs Actions and Connectors: Read.`);
  return {
    space,
    read_connectors: answer(rights?.read),
    execute_connectors: answer(rights?.execute),
    change_connectors: answer(rights?.change && rights.delete),
    read_rules: readRules,
  };
}

/** The rights in the default space, with all spaces that have the same; other spaces follow in `elsewhere`. */
function mayWhere(rights: readonly Rights[]): Record<string, unknown> {
  const groups = new Map<string, { spaces: string[] } & Omit<Rights, "space">>();
  for (const { space, ...may } of rights) {
    const key = JSON.stringify(may);
    const group = groups.get(key) ?? { spaces: [], ...may };
    group.spaces.push(space);
    groups.set(key, group);
  }
  const [first, ...others] = groups.values();
  return compact({ ...first, elsewhere: others });
}

function answer(right: boolean | undefined): Answer {
  return right === undefined ? "unknown" : right ? "yes" : "no";
}

/** `no` only if Kibana said so; any other failure is `unknown`. */
async function allowed(read: Promise<unknown>): Promise<Answer> {
  try {
    await read;
    return "yes";
  } catch (error) {
    return error instanceof ToolError && error.code === "forbidden" ? "no" : "unknown";
  }
}
