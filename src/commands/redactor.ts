import { seal } from "../sealed.ts";
import { bindingSuffix } from "../secrets/binding.ts";
import { secretsIn } from "../secrets/folder.ts";
import { createRedactor, type Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/index.ts";

/** A redactor that knows the server's own credentials and every secret that could be referred to: a service may echo one that an earlier run stored. */
export function redactorOf(settings: Settings, env: Record<string, string | undefined>): Redactor {
  const redactor = createRedactor();
  if (settings.kibana?.auth.kind === "api_key") redactor.learn(settings.kibana.auth.key);
  if (settings.kibana?.auth.kind === "basic") redactor.learn(settings.kibana.auth.password);
  if (settings.kibana?.proxy?.password) redactor.learn(settings.kibana.proxy.password);
  if (settings.confirmKey) redactor.learn(settings.confirmKey);
  for (const { token } of settings.http?.tokens ?? []) redactor.learn(token);
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(settings.secretPrefix) && !name.endsWith(bindingSuffix) && value) redactor.learn(seal(value, name));
  }
  if (settings.secretDir !== undefined) redactor.learn(secretsIn(settings.secretDir));
  return redactor;
}
