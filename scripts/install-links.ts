import { filledIn, fromNpm } from "./manifest.ts";
import { serverKey } from "./packaging.ts";

/** Opens Cursor with the server filled in; the key comes from the environment, never from the link. */
export function cursorLink(): string {
  const env = { KIBANA_URL: filledIn("env:KIBANA_URL"), KIBANA_API_KEY: filledIn("env:KIBANA_API_KEY") };
  const config = Buffer.from(JSON.stringify({ ...fromNpm, env })).toString("base64");
  return `https://cursor.com/en/install-mcp?name=${serverKey}&config=${encodeURIComponent(config)}`;
}

/** Opens VS Code, which asks for the address and the key. */
export function vsCodeLink(): string {
  const inputs = [
    { type: "promptString", id: "kibana-url", description: "Kibana's address" },
    { type: "promptString", id: "kibana-key", description: "Kibana API key", password: true },
  ];
  const env = { KIBANA_URL: filledIn("input:kibana-url"), KIBANA_API_KEY: filledIn("input:kibana-key") };
  const server = JSON.stringify({ name: serverKey, ...fromNpm, env, inputs });
  return `https://insiders.vscode.dev/redirect?url=${encodeURIComponent(`vscode:mcp/install?${encodeURIComponent(server)}`)}`;
}
