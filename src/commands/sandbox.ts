import { parseArgs } from "node:util";
import { type License, licenses } from "../catalog/connector-type.ts";
import { startSandbox } from "../sandbox/index.ts";

export const sandboxHelp = `kibana-connectors-mcp sandbox: a stand-in for Kibana on a loopback port

  --port N          Port (default: any free one)
  --empty           Only the default space, no connectors, no rules
  --space ID        One more space; repeatable
  --license LEVEL   ${licenses.join(", ")} (default: trial)
  --api-key KEY     Let only this key in; repeatable (default: everybody)
  --base-path PATH  As server.basePath, such as /kibana
  --deliver         Webhook and Slack really send, to loopback hosts only
  --help

Its URL is the first line on stdout. GET /sandbox/deliveries shows what the outside world saw,
POST /sandbox/faults {"fault": "error"} orders a fault for the next call.
`;

/** Runs the sandbox alone until a signal comes. @returns the exit code */
export async function sandbox(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    process.stderr.write(`kibana-connectors-mcp sandbox: ${options}\n`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(sandboxHelp);
    return 0;
  }
  const running = await startSandbox(options);
  process.stdout.write(`${running.url}\n`);
  process.stderr.write(`A sandbox, not a real Kibana. Use it with KIBANA_URL=${running.url}. Ctrl-C ends it.\n`);
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  await running.close();
  return 0;
}

function readOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        empty: { type: "boolean" },
        space: { type: "string", multiple: true },
        license: { type: "string" },
        "api-key": { type: "string", multiple: true },
        "base-path": { type: "string" },
        deliver: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    if (values.help) return undefined;
    const port = Number(values.port ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return `--port takes a number from 0 to 65535, not "${values.port}".`;
    const license = licenses.find((one) => one === (values.license ?? "trial"));
    if (!license) return `--license takes one of ${licenses.join(", ")}, not "${values.license}".`;
    const bad = values.space?.find((id) => !/^[a-z0-9_-]+$/.test(id));
    if (bad !== undefined) return `--space takes lower-case letters, digits, _ and -, not "${bad}".`;
    if (values["base-path"] !== undefined && !/^(\/[\w.-]+)+$/.test(values["base-path"]))
      return `--base-path takes a path such as /kibana, not "${values["base-path"]}".`;
    return {
      port,
      license: license satisfies License,
      empty: values.empty ?? false,
      deliver: values.deliver ?? false,
      ...(values.space ? { spaces: values.space } : {}),
      ...(values["api-key"] ? { apiKeys: values["api-key"] } : {}),
      ...(values["base-path"] ? { basePath: values["base-path"] } : {}),
    };
  } catch (error) {
    return error instanceof Error ? error.message : "the flags cannot be read.";
  }
}
