import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { withWorkflows } from "./planted.ts";
import { untoldGaps } from "./unread.ts";

const deployments: Record<string, () => Promise<string>> = {
  "with each fault": async () => (await withWorkflows()).sandboxUrl,
  "of the demo": async () => {
    const { url, close } = await startSandbox({ version: "9.5" });
    onTestFinished(close);
    return url;
  },
};

test.each(Object.entries(deployments))(
  "a deployment %s: no check alone gives an all-clear over what it could not read",
  { timeout: 900_000 },
  async (_name, start) => {
    expect((await untoldGaps(await start())).untold).toEqual([]);
  },
);
