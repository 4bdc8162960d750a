import { ToolError } from "../errors.ts";
import type { Kibana } from "../kibana/connect.ts";
import type { KibanaSettings, Settings } from "../settings/index.ts";

export interface OpenKibana extends Kibana {
  connection: KibanaSettings;
  deployment: {
    /** Its name in plans and reports: SANDBOX, the label with the address, or the address. */
    name: string;
    url: string;
    label: string | undefined;
    sandbox: boolean;
  };
}

/** The Kibana of the settings, or a sandbox of its own. @param version of this server, for Kibana's logs @throws ToolError not_configured */
export async function openKibana(settings: Settings, version: string): Promise<OpenKibana> {
  const sandbox = settings.sandbox ? await (await import("../sandbox/index.ts")).startSandbox() : undefined;
  const kibana: KibanaSettings | undefined = sandbox
    ? { url: sandbox.url, label: undefined, auth: { kind: "none" }, ca: undefined, skipTlsVerification: false, proxy: undefined }
    : settings.kibana;
  if (!kibana) throw notConfigured(settings);
  const { connectKibana } = await import("../kibana/connect.ts");
  const { reader, writer, close } = connectKibana(kibana, settings.timeout, `kibana-connectors-mcp/${version}`);
  return {
    reader,
    writer,
    connection: kibana,
    deployment: {
      name: sandbox ? "SANDBOX" : kibana.label ? `${kibana.label} (${kibana.url})` : kibana.url,
      url: kibana.url,
      label: kibana.label,
      sandbox: sandbox !== undefined,
    },
    async close() {
      await close();
      await sandbox?.close();
    },
  };
}

function notConfigured({ unusable }: Settings): ToolError {
  if (unusable) return new ToolError("not_configured", unusable.message, unusable.fix);
  return new ToolError(
    "not_configured",
    "This server is not connected to a Kibana.",
    "The operator sets KIBANA_URL and KIBANA_API_KEY in the server's environment (in the MCP client's configuration) and restarts it; to try it out without a Kibana, start it with --sandbox.",
  );
}
