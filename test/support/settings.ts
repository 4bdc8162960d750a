import type { KibanaSettings, Settings } from "../../src/settings/index.ts";

/** Settings for a test: every default of the server, no log, against the Kibana at `url` if one is given. */
export function settings({ url, ...more }: Partial<Settings> & { url?: string } = {}): Settings {
  return {
    kibana: url === undefined ? undefined : kibanaSettings({ url }),
    unusable: undefined,
    sandbox: false,
    space: "default",
    timeout: 5_000,
    access: "full",
    spaces: undefined,
    tools: undefined,
    excludeTools: [],
    protect: [],
    protectRules: [],
    targetHosts: [],
    maxChangesPerHour: 60,
    confirm: "form",
    approveWith: undefined,
    skipConfirmation: false,
    confirmWait: 5_000,
    // The people of tests answer at once.
    confirmReading: 0,
    results: "both",
    secretPrefix: "CONNECTOR_SECRET_",
    secretDir: undefined,
    literalSecrets: "refuse",
    journalDir: undefined,
    auditConnector: undefined,
    confirmKey: undefined,
    unusedSecrets: [],
    ownFiles: [],
    http: undefined,
    logLevel: "silent",
    warnings: [],
    doubts: [],
    ...more,
  };
}

export function kibanaSettings(more: Partial<KibanaSettings> = {}): KibanaSettings {
  return {
    url: "http://127.0.0.1:1",
    label: undefined,
    auth: { kind: "none" },
    ca: undefined,
    skipTlsVerification: false,
    proxy: undefined,
    ...more,
  };
}
