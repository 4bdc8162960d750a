import type { Sealed } from "../sealed.ts";
import { bindingSuffix } from "../settings/bindings.ts";
import { isUnfilled } from "../settings/given-values.ts";
import type { RefusedValues } from "./refused-values.ts";
import type { ReservedValues } from "./reserved-values.ts";
import type { DigestOf, FormerSecret, StoredSecret } from "./stored-secret.ts";

/** Where references lead. */
export interface SecretSource {
  /** The server's environment. */
  env: Record<string, string | undefined>;
  /** Names begin so. */
  prefix: string;
  /** The folder of `{"$file": …}`; undefined: there is none. */
  dir: string | undefined;
  /** The server's own files, which no reference may name. */
  ownFiles?: readonly string[];
  /** Values that no connector gets, or that go to some hosts alone; undefined: none are known. */
  reserved?: ReservedValues;
  literals: "refuse" | "warn";
  /** Nobody sits at this machine: a person cannot be asked on a page. */
  noPage?: boolean;
  /** Variables and files that this caller may name; undefined: all. */
  allowed?: readonly string[] | undefined;
  /** What a person typed for `{"$ask": true}`, by path; undefined: nobody was asked yet. */
  typed?: ReadonlyMap<string, Sealed> | undefined;
  /** Learns what this caller is refused as plain text; undefined: nobody calls. */
  refused?: RefusedValues | undefined;
  /** The secrets of this server whose value is in a text; undefined: nobody calls. */
  held?: ((text: string) => readonly Sealed[]) | undefined;
  /** What this server stored where, now or before a change of it; undefined: it keeps no journal. */
  stored?: (before?: string) => Promise<readonly StoredSecret[]>;
  /** What this server replaced where it was; undefined: it keeps no journal. */
  former?: () => Promise<readonly FormerSecret[]>;
  /** Makes the digests that these two have; undefined: it keeps none. */
  digest?: () => Promise<DigestOf | undefined>;
  /** Where people agreed that connectors send; undefined: it keeps no journal. */
  agreed?: () => Promise<readonly AgreedPlace[]>;
}

/** That a person agreed to where a connector sends: by its config then, or to these hosts of a run or of alerts. */
export interface AgreedPlace {
  space: string;
  connector: string;
  config?: Record<string, unknown>;
  hosts?: readonly string[];
  /** References of the secrets that were stored with it. */
  secrets?: readonly string[];
}

/** Whether a caller may use a variable or file, by its name or `file ` and its name. */
export function mayUse(name: string, { allowed }: SecretSource): boolean {
  return allowed?.includes(name.replace(/^file /, "")) ?? true;
}

/** What a secret that this server holds is called: only a name that the caller may use is told. */
export function nameTold(name: string, source: SecretSource): string {
  const { prefix } = source;
  if (name.startsWith("file ") || name.startsWith(prefix)) return mayUse(name, source) ? name : "a secret of this server";
  return name.endsWith(", typed by a person") ? name : `a credential of this server itself (${name})`;
}

/** The variables that this caller may name and that are set; the first thirty. */
export function availableNames({ env, prefix, allowed }: SecretSource): string[] {
  return Object.keys(env)
    .filter((key) => key.startsWith(prefix) && !key.endsWith(bindingSuffix) && (allowed?.includes(key) ?? true))
    .filter((key) => env[key]?.trim() && !isUnfilled(env[key]))
    .sort()
    .slice(0, 30);
}
