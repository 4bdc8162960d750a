import type { AddressInfo } from "node:net";
import type { License } from "../catalog/connector-type.ts";
import { systemConnectors } from "./connectors/routes.ts";
import { type SpecType, specTypesOf } from "./connectors/spec-types.ts";
import { anyOf, everybody, readAuthFile } from "./http/auth.ts";
import { answerFromWithin, createKibana } from "./http/server.ts";
import { defaultSettings, readKibanaYml } from "./kibana-yml.ts";
import { generate, type SeedSize } from "./seed/generate.ts";
import { preconfigured, seed } from "./seed/index.ts";
import { defaultSpace } from "./spaces.ts";
import { Store } from "./store.ts";
import type { State, Wording } from "./types.ts";
import { release } from "./version.ts";
import { wordingOf } from "./wording/index.ts";
import { SettingsProblem } from "./wording/settings-problem.ts";

export { readSpecTypes } from "./connectors/spec-types.ts";
export { SettingsProblem } from "./wording/settings-problem.ts";

export interface SandboxOptions {
  /** 0, the default: any free port. */
  port?: number;
  /** "8.17", "9.5.0", "serverless" and the like. Default: the newest. */
  version?: string;
  /** `trial`, the default, allows everything; `expired` is a trial that ran out. */
  license?: License | "expired";
  /** Only the default space and Kibana's own system connectors. */
  empty?: boolean;
  /** Further spaces by id. */
  spaces?: string[];
  /** Such as `/kibana`. */
  basePath?: string;
  /** When given, only `Authorization: ApiKey <one of these>` is let in. Otherwise everybody is: a user by its name, all others as `sandbox`. */
  apiKeys?: string[];
  /** Text of a file of users and API keys with privileges, instead of `apiKeys`. */
  auth?: string;
  /** Text of a kibana.yml; its `xpack.actions` settings apply. */
  kibanaYml?: string;
  /** Variables that the kibana.yml may name. Default: those of this process, as with Kibana. */
  env?: Record<string, string | undefined>;
  /** A generated deployment instead of the small hand-made one. */
  size?: SeedSize;
  /** Further types, as Kibana itself describes them. */
  specTypes?: readonly SpecType[];
  /** Real HTTP, to loopback hosts only. */
  deliver?: boolean;
  /** How problems with config, secrets and params are worded. Default by version: config-schema, zod 3 (9.3), zod 4 (9.4 and later). */
  wording?: Wording;
}

export interface Sandbox {
  /** With the base path, without a slash at the end. */
  url: string;
  /** Also ends open calls that wait for an answer that never comes. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for Kibana on 127.0.0.1, with its state in memory.
 * @throws SettingsProblem if a Kibana with these settings would not start
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { basePath = "", empty = false, license = "trial", size } = options;
  const named = release(options.version);
  if (!named) throw new SettingsProblem(`There is no Kibana "${options.version}": use 8.17, 9.2, 9.5, serverless or the like.`);
  if (options.kibanaYml !== undefined && named.flavour === "serverless")
    throw new SettingsProblem("On serverless nobody can set kibana.yml.");
  const yml = options.kibanaYml === undefined ? undefined : readKibanaYml(options.kibanaYml, named.version, options.env ?? process.env);
  const seeded = !empty && !size;
  const state: State = {
    ...named,
    license: license === "expired" ? "trial" : license,
    licenseExpired: license === "expired",
    settings: yml?.settings ?? defaultSettings,
    deliver: options.deliver ?? false,
    wording: options.wording ?? wordingOf(named.version),
    spaces: new Map([[defaultSpace.id, { ...defaultSpace }]]),
    connectors: new Store(),
    inferenceEndpoints: new Set(),
    specTypes: specTypesOf(named.version, options.specTypes),
    inMemory: [...(yml?.preconfigured ?? []), ...(empty ? [] : preconfigured), ...(await systemConnectors(named.version))],
    rules: new Store(),
    backfills: new Store(),
    maintenanceWindows: new Store(),
    references: [],
    deliveries: [],
    incidents: [],
    tokens: new Map(),
    executions: [],
    log: [],
    workflows: new Store(),
    workflowRuns: [],
    policies: new Store(),
    v2Rules: new Store(),
    cases: new Store(),
    caseConfigurations: new Store(),
    caseTemplates: new Store(),
    agents: new Store(),
    tools: new Store(),
    conversations: new Store(),
    discoverySchedules: new Store(),
    lastUsed: new Map(),
    ask: (request) => answerFromWithin(request, state),
    flapping: new Map(),
    advancedSettings: new Map(),
    monitoringSettings: new Map(),
    modelSettings: new Map(),
    playgrounds: new Store(),
    migrations: new Store(),
  };
  if (seeded) seed(state);
  if (size) generate(state, size);
  for (const id of options.spaces ?? []) state.spaces.set(id, { id, name: id, disabledFeatures: [] });

  const known = options.auth === undefined ? undefined : readAuthFile(options.auth);
  const server = createKibana({ state, basePath, authenticate: known ?? (options.apiKeys ? anyOf(options.apiKeys) : everybody) });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
  const url = `http://127.0.0.1:${port}${basePath}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
