import { onTestFinished } from "vitest";
import { createBackend } from "../../src/commands/backend.ts";
import { accepts, connect, type product } from "./product.ts";
import { rewritingProxy } from "./rewriting-proxy.ts";
import { kibanaSettings } from "./settings.ts";

/** A second server on the same Kibana, behind a proxy that answers the next writes of a method and path with Kibana's 403. */
export async function refusing(
  made: Awaited<ReturnType<typeof product>>,
  { method, path, times = 1 }: { method: string; path: string; times?: number },
) {
  let left = times;
  const body = JSON.stringify({ statusCode: 403, error: "Forbidden", message: "Unauthorized to write actions" });
  const { url } = await rewritingProxy(made.sandboxUrl, {
    refuse: (call) => (call.method === method && call.path.includes(path) && left-- > 0 ? { status: 403, body } : undefined),
  });
  const chosen = { ...made.settings, kibana: kibanaSettings({ url }) };
  const backend = createBackend(chosen, {}, made.clock);
  onTestFinished(() => backend.close());
  return connect(backend, chosen, accepts);
}
