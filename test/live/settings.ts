import type { Target } from "../contract/kibana.ts";
import type { Deployment } from "../contract/needs.ts";

interface LiveSettings {
  target: Target;
  login: Deployment["login"];
  keys: Deployment["keys"];
}

const yes = "yes-change-things";

/** Where the live run goes, from the environment. @throws all that is missing, in words, before anything is sent. */
export function liveSettings(env: Record<string, string | undefined>): LiveSettings {
  const problems: string[] = [];
  if (env.KIBANA_LIVE_TESTS !== yes) {
    problems.push(
      `KIBANA_LIVE_TESTS is not "${yes}". The run makes spaces, connectors and rules named ct<random>… in that Kibana, changes and deletes them.`,
    );
  }
  const url = (env.KIBANA_URL ?? "").replace(/\/+$/, "");
  if (!/^https?:\/\/[^/@]+/.test(url)) problems.push("KIBANA_URL is not the address of a Kibana, such as https://kibana.example:5601.");
  const { KIBANA_API_KEY: key, KIBANA_USERNAME: user, KIBANA_PASSWORD: password } = env;
  if (!key && !(user && password)) problems.push("Neither KIBANA_API_KEY nor KIBANA_USERNAME with KIBANA_PASSWORD is set.");
  if (key && user) problems.push("Both KIBANA_API_KEY and KIBANA_USERNAME are set: take one.");
  if (problems.length > 0) throw refusal(problems);
  return {
    target: { url, authorization: key ? `ApiKey ${key}` : `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` },
    login: key ? "API key" : "password",
    keys: {
      ...(env.KIBANA_LIVE_READER_API_KEY && { reader: `ApiKey ${env.KIBANA_LIVE_READER_API_KEY}` }),
      ...(env.KIBANA_LIVE_GUEST_API_KEY && { guest: `ApiKey ${env.KIBANA_LIVE_GUEST_API_KEY}` }),
      ...(env.KIBANA_LIVE_NOBODY_API_KEY && { nobody: `ApiKey ${env.KIBANA_LIVE_NOBODY_API_KEY}` }),
    },
  };
}

function refusal(problems: string[]): Error {
  const error = new Error(["The live run is refused, and nothing was sent:", ...problems.map((one) => `- ${one}`)].join("\n"));
  // The reader needs what to set, not where it was thrown.
  error.stack = error.message;
  return error;
}
