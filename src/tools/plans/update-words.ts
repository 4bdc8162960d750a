import { isDeepStrictEqual } from "node:util";
import { isReadable } from "../../catalog/destinations.ts";
import { firstFew } from "../../first-few.ts";
import { hostAndWay } from "../../host-name.ts";
import { word } from "../../plain-text.ts";
import { Sealed, type SealedTree } from "../../sealed.ts";
import { headersField } from "../../secrets/secret-headers.ts";
import { openWays, readAlong } from "../connectors/open-ways.ts";
import type { StoredSecrets } from "../secrets/stored-secrets.ts";
import type { StoredThere } from "../secrets/stored-there.ts";
import type { GivenSecrets } from "../secrets/with-given.ts";

/** Another way to the same hosts is not told as another host. */
export function whereItGoes(was: readonly string[], becomes: readonly string[]): string {
  const [before, after] = [was.map(hostAndWay), becomes.map(hostAndWay)];
  const hosts = after.map(({ host }) => word(host)).join(", ");
  if (
    isDeepStrictEqual(
      before.map(({ host }) => host),
      after.map(({ host }) => host),
    )
  ) {
    const ways = (all: typeof after) => [...new Set(all.map(({ way }) => way))].join(" and ");
    return `From now on the way to ${hosts} is another one: ${ways(after)}; before: ${ways(before)}.${openWays(becomes).length > 0 ? ` ${readAlong}` : ""}`;
  }
  return `From now on requests, and the secrets in them, go to ${becomes.map(word).join(", ") || "another host"}, no longer to ${was.map(word).join(", ")}.${openWays(
    becomes,
  )
    .map((one) => ` ${one}`)
    .join("")}`;
}

/** Hosts that only the secrets, or what Kibana fills in among them, name. */
export function whereSecretsLead(hosts: readonly string[]): string {
  const open = openWays(hosts.filter(isReadable)).map((one) => ` ${one}`);
  return `Its secrets also lead to ${hosts.map(word).join(", ")}: Kibana does not show whether those before did.${open.join("")}`;
}

/** The fields that hold several secrets by name, given or yet to be typed. */
function fieldsOfSeveral({ secrets, asked }: GivenSecrets): string[] {
  const isSeveral = (tree: SealedTree) => tree !== null && typeof tree === "object" && !(tree instanceof Sealed);
  const typed = asked.map((path) => path.split(".").slice(1)).flatMap(([field = "", ...rest]) => (rest.length > 0 ? [field] : []));
  return [...new Set([...Object.entries(secrets).flatMap(([field, tree]) => (isSeveral(tree) ? [field] : [])), ...typed])];
}

/**
 * That names which are not given are lost, a sentence for each field that has several.
 * @param lost of secret headers those that are not given; undefined: not known
 */
export function replacedAsAWhole(given: GivenSecrets, lost: readonly string[] | undefined): string[] {
  return fieldsOfSeveral(given).flatMap((field) => {
    const known = field === headersField ? lost : undefined;
    if (known?.length === 0) return [];
    const names = known
      ? `${firstFew(known, 10, word)} ${known.length > 1 ? "are" : "is"} lost`
      : "names in it that are not given are lost";
    return [`secrets.${field} is replaced as a whole: ${names}.`];
  });
}

/** Secrets that the method needs which the change gives up: they are stored for certain, and nobody has to say so. */
export function forgotten(known: readonly string[], becomes: StoredSecrets, given: ReadonlySet<string>): string[] {
  const left = known.filter((field) => !becomes.needed.includes(field) && !given.has(field));
  return left.length > 0 ? [`The new config no longer uses ${left.join(" and ")}: Kibana forgets what is stored there.`] : [];
}

/** What null in the place of secrets that are there, or were before a change that is undone, does to them, and what an undo takes out: sentences. */
export function droppedInWords({ now, toGive, listed, ...there }: StoredThere, secrets: Readonly<Record<string, unknown>>): string[] {
  const outAgain = (what: string) => `secrets.${what}: that change stored it where nothing was before, so it is taken out again.`;
  const fields = [...new Set([...now, ...toGive, ...there.takesOut])].filter((field) => secrets[field] === null);
  const ofSome = fields.includes(headersField) ? [] : there.out.map((name) => outAgain(`${headersField}.${word(name)}`));
  const ofAll = fields.map((field) => {
    if (there.takesOut.includes(field)) return outAgain(field);
    if (!now.includes(field)) return `secrets.${field} is null: what was there before that change does not come back.`;
    const what = field === headersField && listed ? firstFew(listed, 10, word) : "what this server stored there";
    return `secrets.${field} is null: Kibana forgets ${what}.`;
  });
  return [...ofSome, ...ofAll];
}
