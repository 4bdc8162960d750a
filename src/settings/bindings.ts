import { exactHost } from "../host-name.ts";

/**
 * Where a secret may go for good: `CONNECTOR_SECRET_X__FOR=.pagerduty@events.pagerduty.com`. Several with commas: a connector
 * that sends it to two hosts needs both. A bare host means verified TLS; `.email@smtp://smtp.example.com` names a way without
 * (host-name.ts).
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
