import { didYouMean } from "../../did-you-mean.ts";
import { ToolError } from "../../errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import type { Access, Settings } from "../../settings/index.ts";
import { failing } from "./failing.ts";
import { type Finding, failed, failure, notChecked, ok, wantingKey, warning } from "./finding.ts";
import { protection } from "./protection.ts";
import { users } from "./users.ts";

/** The most spaces to check one by one. */
const most = 20;

/**
 * Checks that need a Kibana that answers: its version and health, the spaces, and what the key may do in each.
 * @returns the findings, and those spaces of the server that exist
 */
export async function inSpaces(settings: Settings, reader: Reader, status: Status): Promise<{ findings: Finding[]; spaces: string[] }> {
  const visible = await reader.spaces().catch((error: unknown) => failure("spaces", error));
  const named = [...new Set([settings.space, ...(settings.spaces ?? [])])];
  const rows = "check" in visible ? [visible] : [];
  const known = "check" in visible ? [] : visible.map(({ id }) => id);
  const usable: string[] = [];
  for (const space of named) {
    const finding = await exists(space, known, reader);
    rows.push(finding);
    if (finding.result === "ok") usable.push(space);
  }
  const wanted = settings.spaces ?? [...new Set([...usable, ...known])];
  const spaces = wanted.filter((space) => usable.includes(space) || known.includes(space));
  const perSpace: Finding[] = [];
  for (const space of spaces.slice(0, most)) perSpace.push(...(await oneSpace(space, settings, status, reader)));
  const left = spaces.length - most;
  const findings = [
    version(status),
    health(status),
    ...rows,
    ...perSpace,
    ...(await protection(settings, spaces.slice(0, most), left <= 0, reader)),
    ...(spaces.length === 0 ? [notChecked("privileges", "There is no space to check: see above.")] : []),
    ...(left > 0 ? [notChecked("privileges", `${left} more spaces were not checked: name those that matter with --spaces.`)] : []),
  ];
  return { findings, spaces };
}

function version(status: Status): Finding {
  const name = `Kibana ${status.version}${status.flavour === "serverless" ? " (serverless)" : ""}`;
  if (!isAtLeast(status, "8.8")) {
    return warning(
      "version",
      `${name} chooses the ids of new connectors itself: after a create that times out nobody can tell whether it happened, and a deleted connector cannot get its id back.`,
      "Kibana 8.8 and newer let the caller choose ids.",
    );
  }
  return ok("version", `${name}.`);
}

function health({ level }: Status): Finding {
  if (level === "available") return ok("health", "Kibana says that it is available.");
  return warning("health", `Kibana says that it is ${level}.`, "Look at its status page, /status: rules and connectors may not run.");
}

async function exists(space: string, known: readonly string[], reader: Reader): Promise<Finding> {
  try {
    const state = await reader.space(space);
    if (state === "exists") return ok("spaces", `The space "${space}" exists.`);
    const meant = didYouMean(space, known);
    const list = known.length > 0 ? `The key sees: ${known.join(", ")}.` : "The key sees no space.";
    return failed(
      "spaces",
      state === "hidden" ? `The key may not see the space "${space}", or there is none.` : `There is no space "${space}".`,
      `${meant ? `Did you mean "${meant}"? ` : ""}${list} KIBANA_SPACE and CONNECTORS_SPACES name spaces by id.`,
    );
  } catch (error) {
    return failure("spaces", error);
  }
}

async function oneSpace(space: string, { access }: Settings, status: Status, reader: Reader): Promise<Finding[]> {
  return [
    await privileges(space, access, reader),
    await connectors(space, reader),
    await rules(space, access, reader),
    await users(space, status, reader),
    await log(space, reader),
  ];
}

const needed: Record<Access, string> = { read: "feature_actions.read", change: "feature_actions.all", full: "feature_actions.all" };

async function privileges(space: string, access: Access, reader: Reader): Promise<Finding> {
  const check = `privileges in ${space}`;
  try {
    const may = await reader.connectorRights(space);
    const enough = access === "read" ? may.read : may.read && may.change && may.delete;
    const words = [may.read && "read", may.execute && "execute", may.change && "change", may.delete && "delete"].filter(Boolean);
    const has = words.length > 0 ? `The key may ${words.join(", ")} connectors` : "The key may do nothing with connectors";
    if (!enough)
      return wantingKey(failed(check, `${has}; access "${access}" needs more.`, `Make a key with ${needed[access]}: the recipe is below.`));
    if (access === "read" && may.change) {
      return wantingKey(
        warning(
          check,
          `${has}, although this server may only read.`,
          "A key with feature_actions.read is a safer limit: the recipe is below.",
        ),
      );
    }
    return ok(check, `${has}.`);
  } catch (error) {
    return unknown(check, error, "What the key may do");
  }
}

/** For a key that may read, the list fails only if Kibana has no encryption key. */
async function connectors(space: string, reader: Reader): Promise<Finding> {
  const check = `connectors in ${space}`;
  try {
    const found = await reader.connectors(space);
    const lost = found.filter(({ missingSecrets }) => missingSecrets).length;
    if (lost === 0) return ok(check, `${found.length} are listed.`);
    return warning(
      check,
      `${found.length} are listed; ${lost} lost their secrets in an import and cannot run.`,
      "Enter them again: update_connector, or Kibana's connectors page.",
    );
  } catch (error) {
    return failure(check, error);
  }
}

async function rules(space: string, access: Access, reader: Reader): Promise<Finding> {
  const check = `rules in ${space}`;
  const features =
    "feature_stackAlerts, and the feature of every solution whose rules use connectors: feature_apm, feature_infrastructure, feature_logs, feature_slo, feature_uptime, feature_siem and its successors";
  try {
    const { total } = await reader.rules(space, { page: 1, perPage: 0 });
    const types = await reader.ruleTypes(space);
    const changeable = types.filter((type) => type.changeable).length;
    const seen = `${total} can be read, of ${types.length} types`;
    if (access !== "read" && changeable === 0) {
      return wantingKey(
        warning(
          check,
          `${seen}; none can be changed, so connectors cannot be attached to rules or replaced in them.`,
          `Give the key \`all\` on ${features}.`,
        ),
      );
    }
    return ok(check, access === "read" ? `${seen}.` : `${seen}, and changed of ${changeable}.`);
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "forbidden") return failure(check, error);
    return wantingKey(
      warning(
        check,
        "The key may read none: nobody can tell which rules use a connector, and deleting one that has references is refused.",
        `Give the key \`read\` on ${features}.`,
      ),
    );
  }
}

async function log(space: string, reader: Reader): Promise<Finding> {
  const check = `log in ${space}`;
  try {
    const { success, failure: failures } = await reader.executionCounts(space, "now-24h");
    const runs = `${success + failures} runs in 24 hours, ${failures} failed.`;
    if (failures === 0) return ok(check, `${runs} Failures before a run begins are not in it.`);
    return warning(
      check,
      `${runs} ${await failing(space, reader)}`,
      "Run the audit, or get_connector; test_connector shows whether it still fails, and why.",
    );
  } catch (error) {
    return unknown(check, error, "The log of runs");
  }
}

/** An older Kibana or a proxy may not serve a route: the server works without it but knows less. */
function unknown(check: string, error: unknown, what: string): Finding {
  if (!(error instanceof ToolError)) throw error;
  return error.code === "forbidden" || error.code === "unauthorized"
    ? failure(check, error)
    : notChecked(check, `${what} could not be checked: ${error.message}`);
}
