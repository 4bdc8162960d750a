import { seal } from "../sealed.ts";
import { watchSecrets } from "../secrets/folder.ts";
import { createRedactor, type Redactor } from "../secrets/redact.ts";
import { bindingSuffix } from "../settings/bindings.ts";
import type { Settings } from "../settings/index.ts";
import { ownCredentials } from "../settings/own-credentials.ts";

/** What a server's answers are checked against. */
export interface OperatorsRedactor extends Redactor {
  /** Learns what is new in the secrets folder. Values that were there before stay known. */
  refresh(): void;
}

/** A redactor that knows the server's own credentials and every secret that could be referred to: a service may echo one that an earlier run stored. */
export function redactorOf(settings: Settings, env: Record<string, string | undefined>): OperatorsRedactor {
  const redactor = createRedactor();
  redactor.learn(ownCredentials(settings));
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(settings.secretPrefix) && !name.endsWith(bindingSuffix) && value) redactor.learn(seal(value, name));
  }
  const unseen = settings.secretDir === undefined ? () => [] : watchSecrets(settings.secretDir);
  const refresh = () => redactor.learn(unseen());
  refresh();
  return { ...redactor, refresh };
}
