import type { Finding, ReadyCall } from "./finding.ts";

/** Whether the operator protects something: no tool changes it. */
export interface Protects {
  connector(one: { id: string; name?: string | undefined }): boolean;
  rule(one: { id: string; name: string; tags: readonly string[] }): boolean;
}

/** The call that deletes what nothing uses. */
export function deletion({ id }: { id: string }, space: string): ReadyCall {
  return {
    tool: "safe_delete_connector",
    args: { ids: [id], space },
    why: "Checks once more whether something uses it, and asks a person. Programs leave no reference: search them for its id first.",
  };
}

/** The same findings without the calls that would be refused, and without deletions of what another call of the report uses. */
export function fitting(findings: readonly Finding[], protects: Protects | undefined): Finding[] {
  const names = new Map(
    findings.flatMap(({ connector, others = [] }) => [connector, ...others].flatMap((one) => (one ? [[one.id, one.name]] : []))),
  );
  const used = new Set(findings.flatMap(({ space, next }) => (next ? usedBy(next).map((id) => JSON.stringify([space, id])) : [])));
  return findings.map(({ next, tool, ...given }) => {
    const isBarred = given.connector !== undefined && protects?.connector(given.connector);
    const finding = isBarred || tool === undefined ? given : { ...given, tool };
    if (!next) return finding;
    const deleted = next.tool === "safe_delete_connector" ? texts(next.args.ids) : [];
    const refused = next.tool !== "get_connector" && touchedBy(next).some((id) => protects?.connector({ id, name: names.get(id) }));
    return refused || deleted.some((id) => used.has(JSON.stringify([finding.space, id]))) ? finding : { ...finding, next };
  });
}

/** The connectors that a call relies on. */
function usedBy({ tool, args }: ReadyCall): string[] {
  return tool === "safe_delete_connector" ? [] : texts([args.to, args.connector]);
}

function touchedBy({ args }: ReadyCall): string[] {
  return texts([args.id, args.ids, args.connector, args.from, args.to]);
}

function texts(value: unknown): string[] {
  return [value].flat(2).filter((one) => typeof one === "string");
}
