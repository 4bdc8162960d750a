import { seal } from "../sealed.ts";
import { watchSecrets } from "../secrets/folder.ts";
import { createRedactor, type Redactor } from "../secrets/redact.ts";
import { bindingSuffix } from "../settings/bindings.ts";
import type { Settings } from "../settings/index.ts";

/** What a server's answers are checked against. */
export interface OperatorsRedactor extends Redactor {
  /** Learns what is new in the secrets folder. Values that were there before stay known. */
  refresh(): void;
}

/** A redactor that knows the server's own credentials and every secret that could be referred to: a service may echo one that an earlier run stored. */
export function redactorOf(settings: Settings, env: Record<string, string | undefined>): OperatorsRedactor {
  const redactor = createRedactor();
  if (settings.kibana?.auth.kind === "api_key") redactor.learn(settings.kibana.auth.key);
  if (settings.kibana?.auth.kind === "basic") redactor.learn(settings.kibana.auth.password);
  if (settings.kibana?.proxy?.password) redactor.learn(settings.kibana.proxy.password);
  if (settings.confirmKey) redactor.learn(settings.confirmKey);
  redactor.learn(settings.unusedSecrets);
  for (const { token } of settings.http?.tokens ?? []) redactor.learn(token);
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(settings.secretPrefix) && !name.endsWith(bindingSuffix) && value) redactor.learn(seal(value, name));
  }
  const unseen = settings.secretDir === undefined ? () => [] : watchSecrets(settings.secretDir);
  const refresh = () => redactor.learn(unseen());
  refresh();
  return { ...redactor, refresh };
}
