import { connectorType } from "../../catalog/index.ts";
import { isAgreed } from "../../change/policy.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { actionKey, paired } from "../../rules/same-action.ts";
import { openWaysOf } from "../connectors/open-ways.ts";
import type { ToolContext } from "../define.ts";
import { agreedFor, agreedHosts } from "./agreed-before.ts";
import { shownHosts } from "./run-flows.ts";
import { requestFlow } from "./secret-flows.ts";

type Connectors = ReadonlyMap<string, Connector>;

/** What rules or workflows get: the actions of each before and after. */
type Changed = readonly { before: { actions: readonly RuleAction[] }; after: { actions: readonly RuleAction[] } }[];

/**
 * Why somebody has to agree to the actions that rules or workflows get: what they send would go to a host that nobody has agreed to, since
 * anybody could have put it into the config of a connector that needs no secret.
 * @param what `alerts of rules`
 */
export async function unagreedHosts(
  changed: Changed,
  connectors: Connectors,
  { settings, secrets, space }: Pick<ToolContext, "settings" | "secrets"> & { space: string },
  what = "alerts of rules",
): Promise<string[]> {
  const free = given(changed, connectors).filter(({ preconfigured, system }) => !preconfigured && !system);
  const hosts = await Promise.all(
    free.map(async (one) => {
      const own = await hostsOfAnybody(one);
      const known = own.length > 0 ? await agreedFor(one, space, secrets) : [];
      return own.filter((host) => !known.includes(host));
    }),
  );
  const flows = [{ hosts: hosts.flat() }];
  const known = hosts.flat().length > 0 ? await agreedHosts([...connectors.values()], space, flows, secrets) : [];
  const open = [...new Set(hosts.flat())].filter((host) => !isAgreed(host, settings.targetHosts, known));
  return open.length === 0 ? [] : [`${what} go to ${shownHosts(open)}, which nobody has agreed to yet in this space, as far as is known`];
}

/** The ways to connectors of which rules or workflows get actions back, where others may read along. */
export async function openWaysBack(changed: Changed, connectors: Connectors): Promise<string[]> {
  const ways = await Promise.all(given(changed, connectors).map(async (one) => openWaysOf(one, await connectorType(one.type, one.config))));
  return [...new Set(ways.flat())];
}

function given(changed: Changed, connectors: Connectors): Connector[] {
  const fresh = changed.flatMap(({ before, after }) => paired(before.actions, after.actions, actionKey).fresh);
  return [...new Set(fresh.map(({ id }) => id))].flatMap((id) => connectors.get(id) ?? []);
}

/** Of a type that is not known, any host. */
async function hostsOfAnybody({ type, config = {} }: Connector): Promise<string[]> {
  const entry = await connectorType(type, config);
  return entry ? requestFlow(entry, config).flatMap(({ hosts }) => hosts) : ["a host that is not known beforehand"];
}
