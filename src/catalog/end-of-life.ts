import { matchesHost } from "../host-name.ts";
import type { Config, ConnectorType, EndOfLife } from "./connector-type.ts";
import { withDefaults } from "./shared/fields.ts";
import { holds } from "./when.ts";

/**
 * What is announced to end of a connector: the service, or the way its config reaches it.
 * @param hosts those that it calls, as far as they are known: of a URL that is a secret, only where it is just given
 */
export function endOf(type: ConnectorType | undefined, config: Config, hosts: readonly string[] = []): EndOfLife | undefined {
  const { endOfLife } = type ?? {};
  if (!type || !endOfLife) return undefined;
  const fits = holds(endOfLife.when ?? {}, withDefaults(type.schemas().config, config));
  const dead = endOfLife.hosts;
  return fits && (!dead || hosts.some((host) => dead.some((pattern) => matchesHost(pattern, host)))) ? endOfLife : undefined;
}

/** `Opsgenie ends on 2027-04-05 (Atlassian): …`, without a full stop. @param now milliseconds since 1970 */
export function endInWords({ what, date, source, instead }: EndOfLife, now: number): string {
  const when = date === undefined ? "is being phased out" : Date.parse(date) <= now ? `ended on ${date}` : `ends on ${date}`;
  return `${what} ${when} (${source}): ${instead}`;
}
