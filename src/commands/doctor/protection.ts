import { isProtected, isProtectedRule } from "../../change/policy.ts";
import { ToolError } from "../../errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { rulePages } from "../../rules/rule-pages.ts";
import type { Settings } from "../../settings/index.ts";
import { type Finding, notChecked, ok, warning } from "./finding.ts";

/** Names that a line has. */
const shown = 3;

/** What can be protected: connectors, or rules. */
interface Kind {
  check: string;
  noun: string;
  setting: string;
  patterns: readonly string[];
  fits(one: Named, pattern: string): boolean;
  /** Those of a space, a part at a time. */
  read(space: string): AsyncIterable<readonly Named[]>;
}

interface Named {
  id: string;
  name: string;
  tags?: readonly string[];
}

/**
 * For each pattern that protects connectors or rules how many it protects now, and whether the connector of the audit trail is
 * there. Nothing is read where nothing is set.
 * @param spaces those that are looked at
 * @param isAll whether the server uses no others
 */
export async function protection(settings: Settings, spaces: readonly string[], isAll: boolean, reader: Reader): Promise<Finding[]> {
  const { protect, protectRules } = settings;
  const kinds: Kind[] = [
    {
      ...{ check: "protected connectors", noun: "connector", setting: "CONNECTORS_PROTECT", patterns: protect },
      fits: (one, pattern) => isProtected(one, [pattern]),
      async *read(space) {
        yield await reader.connectors(space);
      },
    },
    {
      ...{ check: "protected rules", noun: "rule", setting: "CONNECTORS_PROTECT_RULES", patterns: protectRules },
      fits: ({ id, name, tags = [] }, pattern) => isProtectedRule({ id, name, tags }, [pattern]),
      async *read(space) {
        for await (const { rules } of rulePages(reader, space)) yield rules;
      },
    },
  ];
  const found: Finding[] = [];
  for (const kind of kinds) found.push(...(await protectedNow(kind, spaces, isAll)));
  return [...found, ...(await auditTrail(settings, reader))];
}

async function protectedNow(kind: Kind, spaces: readonly string[], isAll: boolean): Promise<Finding[]> {
  const { check, noun, setting, patterns } = kind;
  if (patterns.length === 0) return [];
  const counts = patterns.map((pattern) => ({ pattern, number: 0, first: new Set<string>() }));
  let all = 0;
  const unread: string[] = [];
  for (const space of spaces) {
    try {
      for await (const part of kind.read(space)) {
        all += part.length;
        for (const each of counts)
          for (const one of part) {
            if (!kind.fits(one, each.pattern)) continue;
            each.number += 1;
            if (each.first.size < shown) each.first.add(quoted(one.name, 60));
          }
      }
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      unread.push(`of the space "${space}": ${error.message}`);
    }
  }
  const nouns = `${noun}s`;
  const left = spaces.length === 0 ? "there is no space to read" : "of some spaces";
  const missed = [...unread, ...(isAll && spaces.length > 0 ? [] : [left])];
  return counts.map(({ pattern, number, first }) => {
    const name = quoted(plainText(pattern, 100));
    if (number > 0) {
      const more = number > first.size ? ", …" : "";
      const atLeast = missed.length > 0 ? "at least " : "";
      return ok(check, `${name} protects ${atLeast}${number} ${number === 1 ? noun : nouns}: ${[...first].join(", ")}${more}.`);
    }
    if (missed.length > 0) return notChecked(check, `Whether ${name} protects anything: ${nouns} were not all read (${missed[0]}).`);
    const where = spaces.length === 1 ? `the space "${spaces[0]}"` : `${spaces.length} spaces`;
    return warning(
      check,
      `${name} protects nothing now: none of the ${all} ${nouns} that the key sees in ${where} fits it.`,
      `Correct ${setting} if one of them is meant.`,
    );
  });
}

async function auditTrail({ auditConnector }: Settings, reader: Reader): Promise<Finding[]> {
  if (!auditConnector) return [];
  const { space, id } = auditConnector;
  const check = "audit trail";
  const fix = "Correct CONNECTORS_AUDIT_CONNECTOR, or make that connector: until then the journal on this machine is the only record.";
  try {
    const found = (await reader.connectors(space)).find((one) => one.id === id);
    if (!found) return [warning(check, `There is no connector ${quoted(id, 60)} in the space "${space}": no entry gets there.`, fix)];
    if (found.type !== ".index")
      return [warning(check, `The connector ${quoted(id, 60)} is of type ${plainText(found.type, 60)}: entries need an index.`, fix)];
    return [ok(check, `The connector ${quoted(found.name, 60)} is there.`)];
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return [notChecked(check, `The connectors of the space "${space}" could not be read: ${error.message}`)];
  }
}
