import { ToolError } from "../errors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Rule } from "../kibana/rules.ts";

/** Elasticsearch pages no deeper (reference/kibana-api.md §5.2). */
const window = 10_000;
const usualPage = 500;

export interface RulePage {
  rules: Rule[];
  /** How many rules fit in all, by Kibana's count on the first page. */
  total: number;
}

/**
 * The rules of a space that the key may read, enabled or not, page by page, oldest first: nothing is kept. Beyond Kibana's
 * window of 10,000 a new window begins at the moment of creation where the one before ended.
 * @param options.connector only rules that refer to this saved connector; `filter`: KQL; `internal`: with their snoozes
 * @throws ToolError kibana_error where a whole window of rules was created in one millisecond
 */
export async function* rulePages(
  reader: Reader,
  space: string,
  options: { connector?: string; filter?: string; perPage?: number; internal?: boolean } = {},
): AsyncGenerator<RulePage, void, undefined> {
  const { perPage = usualPage, ...which } = options;
  const read = (query: { page: number; filter?: string }) => reader.rules(space, { ...which, ...query, perPage, sort: "createdAt" });
  const since = () => {
    const later = from && `alert.attributes.createdAt >= "${from}"`;
    const filter = [which.filter && `(${which.filter})`, later].filter(Boolean).join(" and ");
    return filter ? { filter } : {};
  };
  let next = read({ page: 1 });
  let total: number | undefined;
  /** The last creation time seen, with its rules: a window that begins there has them again. */
  const edge = { at: "", ids: new Set<string>() };
  let from = "";
  /** How many this window had on its page before. */
  let before = 0;
  for (let number = 1; ; number++) {
    const page = await next;
    total ??= page.total;
    // One that was read is gone: the first of this page moved to the one before. A new window begins there.
    if (number > 1 && page.total < before) {
      from = edge.at;
      number = 0;
      next = read({ page: 1, ...since() });
      continue;
    }
    before = page.total;
    const rules = page.rules.filter((rule) => !edge.ids.has(rule.id));
    for (const rule of page.rules) {
      const at = rule.created_at ?? "";
      if (at !== edge.at) edge.ids.clear();
      edge.at = at;
      edge.ids.add(rule.id);
    }
    const isLast = page.rules.length === 0 || number * perPage >= page.total;
    if (isLast) return yield { rules, total };
    if ((number + 1) * perPage > window) {
      if (edge.at === from) throw cannotPartition(space);
      from = edge.at;
      number = 0;
    }
    // Fetched while this page is worked on; if it fails, the next turn says so.
    next = read({ page: number + 1, ...since() });
    next.catch(() => undefined);
    yield { rules, total };
  }
}

/** The request that `rulePages` begins with for all rules of a space, with their snoozes. */
export function firstPage(reader: Reader, space: string): Promise<RulePage> {
  return reader.rules(space, { internal: true, page: 1, perPage: usualPage, sort: "createdAt" });
}

function cannotPartition(space: string): ToolError {
  return new ToolError(
    "kibana_error",
    `The space "${space}" has more than ${window} rules created in the same millisecond: Kibana pages no deeper.`,
    "Look at a smaller part of the space.",
  );
}
