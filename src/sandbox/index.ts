import type { AddressInfo } from "node:net";
import type { License } from "../catalog/connector-type.ts";
import { systemConnectors } from "./connectors.ts";
import { preconfigured, seed } from "./seed.ts";
import { createKibana } from "./server.ts";
import { defaultSpace } from "./spaces.ts";
import type { State, Wording } from "./types.ts";
import { atLeast } from "./version.ts";

export interface SandboxOptions {
  /** 0, the default: any free port. */
  port?: number;
  version?: string;
  /** `trial`, the default, allows everything. */
  license?: License;
  /** Only the default space and Kibana's own system connectors. */
  empty?: boolean;
  /** Further spaces by id. */
  spaces?: string[];
  /** Such as `/kibana`. */
  basePath?: string;
  /** When given, only `Authorization: ApiKey <one of these>` is let in. Otherwise everybody is, as the user `sandbox`. */
  apiKeys?: string[];
  /** Real HTTP for webhook and Slack, to loopback hosts only. */
  deliver?: boolean;
  /** How problems of config, secrets and params are worded. Default by version: config-schema in 8.x, `Field "url": Required` after. */
  wording?: Wording;
}

export interface Sandbox {
  /** With the base path, without a slash at the end. */
  url: string;
  /** Ends open calls too: those that wait for an answer that never comes. */
  close(): Promise<void>;
}

/** Starts a stand-in for Kibana on 127.0.0.1, with its state in memory. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { version = "9.5.0", basePath = "", empty = false } = options;
  const state: State = {
    version,
    license: options.license ?? "trial",
    url: "",
    deliver: options.deliver ?? false,
    wording: options.wording ?? (atLeast(version, 9) ? "fields" : "config-schema"),
    spaces: new Map([[defaultSpace.id, { ...defaultSpace }]]),
    connectors: new Map(),
    inMemory: [...(empty ? [] : preconfigured), ...(await systemConnectors())],
    rules: new Map(),
    references: [],
    deliveries: [],
  };
  if (!empty) seed(state);
  for (const id of options.spaces ?? []) state.spaces.set(id, { id, name: id, disabledFeatures: [] });

  const server = createKibana({ state, basePath, apiKeys: options.apiKeys });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
  state.url = `http://127.0.0.1:${port}${basePath}`;
  return {
    url: state.url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
