import { parseArgs } from "node:util";
import { licenses } from "../catalog/connector-type.ts";
import { codeOf, readPlainFile } from "../private-files.ts";
import { readSpecTypes, type SandboxOptions, SettingsProblem, startSandbox } from "../sandbox/index.ts";

const licenseNames = [...licenses, "expired"] as const;

export const sandboxHelp = `kibana-connectors-mcp sandbox: a stand-in for Kibana on a loopback port

  --port N              Port (default: any free one)
  --base-path PATH      As server.basePath, such as /kibana
  --kibana-version V    8.17, 9.2, 9.5, 9.6, serverless and the like (default: 9.5)
  --license LEVEL       ${licenseNames.join(", ")} (default: trial)
  --kibana-yml FILE     Use its xpack.actions settings, preconfigured connectors too, and server.publicBaseUrl; \${NAME} comes from the environment
  --types FILE          Further connector types: JSON as GET /internal/actions/connector_types/specs answers it
  --deliver             Really send what goes to loopback hosts

Who is let in (default: everybody):
  --api-key KEY         Only this key; repeatable
  --auth FILE           Users and API keys, JSON or YAML, each with features (actions, rules, workflows,
                        managed_workflows, action_policies, v2_rules, cases, observability_cases, security_cases,
                        agent_builder, assistant, attack_discovery, entity_analytics, siem_migrations, uptime,
                        advanced_settings, inference_settings, streams, playground; these as actions where not named): none, read or all,
                        or one of them per space:
                        {"users": [{"username": "ana", "password": "…", "actions": {"payments": "all", "*": "read"}, "rules": "read"}],
                         "api_keys": [{"key": "<encoded>", "owner": "ana", "actions": "all", "rules": "all"}]}

Contents (default: three spaces with faults to find):
  --empty               Only the default space, no connectors, no rules
  --space ID            One more space; repeatable
  --seed-connectors N   A generated deployment of any size instead, the same for the same numbers,
  --seed-rules N          with about this many rules (default: 10 per connector)
  --seed-spaces N         in this many spaces (default: 1)
  --seed N                another one of the same size
  --help

Its URL is the first line on stdout. GET /sandbox/deliveries shows what the outside world got, /sandbox/incidents what is
open there, /sandbox/log what Kibana logged. POST /sandbox/rules/{id}/fire {"state": "active"} makes a rule fire ("recovered"
ends it), POST /sandbox/v2-rules/{id}/fire {"alert": {"severity": "critical"}} one of the new alerting,
POST /sandbox/workflows/{id}/fire a workflow's schedule; POST /sandbox/workflows/{id} {"managed_by": "security"} or
{"private_to": "ana"} makes it such a one. POST /sandbox/connectors/{id} authorises one that each user authorises. POST /sandbox/faults {"fault": "error"} sets a fault for the next call.
`;

/** Runs the sandbox on its own until a signal comes. @returns the exit code */
export async function sandbox(args: readonly string[]): Promise<number> {
  const options = await sandboxOptions(args);
  if (options === undefined) {
    process.stdout.write(sandboxHelp);
    return 0;
  }
  const running = typeof options === "string" ? options : await startSandbox(options).catch(sentence);
  if (typeof running === "string") {
    process.stderr.write(`kibana-connectors-mcp sandbox: ${running}\n`);
    return 2;
  }
  process.stdout.write(`${running.url}\n`);
  process.stderr.write(`A sandbox, not a real Kibana. Use it with KIBANA_URL=${running.url}. Ctrl-C ends it.\n`);
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  await running.close();
  return 0;
}

/** The message of an error that a person can fix; anything else is a bug. */
function sentence(error: unknown): string {
  if (error instanceof SettingsProblem) return error.message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return "the port is taken; choose another --port.";
  throw error;
}

/** The options, undefined if help is asked for, or a text on what is wrong with them. */
export async function sandboxOptions(args: readonly string[]): Promise<SandboxOptions | string | undefined> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        "base-path": { type: "string" },
        "kibana-version": { type: "string" },
        license: { type: "string" },
        "kibana-yml": { type: "string" },
        deliver: { type: "boolean" },
        "api-key": { type: "string", multiple: true },
        auth: { type: "string" },
        types: { type: "string" },
        empty: { type: "boolean" },
        space: { type: "string", multiple: true },
        "seed-spaces": { type: "string" },
        "seed-connectors": { type: "string" },
        "seed-rules": { type: "string" },
        seed: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) return undefined;
    const license = licenseNames.find((one) => one === (values.license ?? "trial"));
    if (!license) return `--license takes one of ${licenseNames.join(", ")}.`;
    const bad = values.space?.find((id) => !/^[a-z0-9_-]+$/.test(id));
    if (bad !== undefined) return `--space takes lower-case letters, digits, _ and -.`;
    if (values["base-path"] !== undefined && !/^(\/[\w.-]+)+$/.test(values["base-path"]))
      return `--base-path takes a path such as /kibana.`;
    const seeds = ["seed-spaces", "seed-connectors", "seed-rules", "seed"] as const;
    const generated = seeds.some((flag) => values[flag] !== undefined);
    if (generated && values.empty) return "--empty and --seed… exclude each other.";
    if (values.auth !== undefined && values["api-key"]) return "--auth and --api-key exclude each other.";
    const connectors = wholeNumber("--seed-connectors", values["seed-connectors"], 20, 20_000);
    return {
      port: wholeNumber("--port", values.port, 0, 65_535),
      license,
      empty: values.empty ?? false,
      deliver: values.deliver ?? false,
      ...(values["kibana-version"] !== undefined && { version: values["kibana-version"] }),
      ...(values.space && { spaces: values.space }),
      ...(values["api-key"] && { apiKeys: values["api-key"] }),
      ...(values["base-path"] !== undefined && { basePath: values["base-path"] }),
      ...(values["kibana-yml"] !== undefined && { kibanaYml: textOf("--kibana-yml", values["kibana-yml"]) }),
      ...(values.auth !== undefined && { auth: textOf("--auth", values.auth) }),
      ...(values.types !== undefined && { specTypes: readSpecTypes(textOf("--types", values.types)) }),
      ...(generated && {
        size: {
          spaces: wholeNumber("--seed-spaces", values["seed-spaces"], 1, 1000) || 1,
          connectors,
          rules: wholeNumber("--seed-rules", values["seed-rules"], Math.min(connectors * 10, 200_000), 200_000),
          seed: wholeNumber("--seed", values.seed, 1, 2 ** 31),
        },
      }),
    };
  } catch (error) {
    // Node's message repeats the word, which may be a secret behind a mistyped flag.
    if (error instanceof Error && "code" in error && error.code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL")
      return "a word that belongs to no flag is not expected here: see --help.";
    return error instanceof Error ? error.message : "the flags cannot be read.";
  }
}

function wholeNumber(flag: string, text: string | undefined, fallback: number, highest: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (text?.trim() === "" || !Number.isInteger(value) || value < 0 || value > highest) {
    throw new Error(`${flag} takes a number from 0 to ${highest}.`);
  }
  return value;
}

function textOf(flag: string, file: string): string {
  try {
    return readPlainFile(file).toString("utf8");
  } catch (error) {
    throw new Error(`${flag}: ${file} cannot be read (${codeOf(error)}).`);
  }
}
