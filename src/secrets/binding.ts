import { ToolError } from "../errors.ts";
import { exactHost } from "../host-name.ts";

/**
 * Where a secret may go for good: `CONNECTOR_SECRET_X__FOR=.pagerduty@events.pagerduty.com`, several with commas. A bare
 * host means verified TLS; `.email@smtp://smtp.example.com` names a way without (host-name.ts).
 */
export interface Binding {
  /** Undefined: any type, at this host. */
  type: string | undefined;
  host: string;
}

export const bindingSuffix = "__FOR";

/**
 * Reads the value of a `…__FOR` variable; undefined where it is not a binding. A type alone binds to nothing: whoever writes the
 * config chooses its host.
 */
export function readBindings(value: string): Binding[] | undefined {
  const bindings = value.split(",").map((one) => {
    const [, type, given = ""] = /^(\.[\w-]+)?@(\S+)$/.exec(one.trim()) ?? [];
    const host = exactHost(given);
    return host === undefined ? undefined : { type, host };
  });
  const read = bindings.filter((binding) => binding !== undefined);
  return read.length === bindings.length ? read : undefined;
}

/**
 * Whether a bound secret may go with this type to these hosts.
 * @throws ToolError secret_refused where it may not
 */
export function assertBound(source: string, bindings: readonly Binding[], type: string, hosts: readonly string[]): void {
  const fits = (binding: Binding) =>
    (binding.type === undefined || binding.type === type) && hosts.length > 0 && hosts.every((host) => host === binding.host);
  if (bindings.some(fits)) return;
  const words = bindings.map(({ type: only, host }) => [only && `type ${only}`, `host ${host}`].filter(Boolean).join(" at ")).join(" or ");
  throw new ToolError(
    "secret_refused",
    `${source} is bound to ${words}; here it would go with type ${type} to ${hosts.join(", ") || "a host that is not known beforehand"}.`,
    `Use it for what it is meant for, or ask the operator, who sets ${source}${bindingSuffix}.`,
    { source },
  );
}
