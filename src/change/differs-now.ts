import { firstFew } from "../first-few.ts";
import { ownValue } from "../plain-object.ts";
import { quoted, word } from "../plain-text.ts";
import { differenceInWords } from "../rules/unmeant.ts";
import { hideInText } from "../secrets/detect.ts";
import { hideInConfig } from "../secrets/hide-in-config.ts";
import type { Op, PutWorkflowOp } from "./op.ts";
import { differingKeys } from "./ops/connector-state.ts";
import type { OpResult } from "./plan.ts";

type Config = Record<string, unknown>;

/** The most differences that one sentence names. */
const most = 5;
/** Characters of a part of a text. */
const longest = 80;

/** What Kibana shows where it accepted a write and shows something else right after it: what it is about, what differs, how to restore it. */
export function differsNow(op: Op, seen: OpResult["seen"]): string {
  const which = subjectOf(op);
  if (!seen) return `Kibana accepted the change of ${which}, but it is gone now, or cannot be read: somebody may have deleted it since.`;
  if (op.op === "delete")
    return `Kibana deleted ${which}, but shows another one with its id now, ${quoted(seen.name, 60)}: somebody made it since.`;
  const { differs, restore } = difference(op, seen);
  const what = differs.length > 0 ? `${firstFew(differs, most)}. ` : "";
  return `Kibana accepted the change of ${which}, but shows something else now: ${what}It stored values differently, or somebody changed it since. ${restore}`;
}

/** `"Team chat" (team-chat) in space default` */
export function subjectOf(op: Op): string {
  const name = "name" in op ? op.name : op.before.name;
  return `${quoted(name, 60)}${op.id === undefined ? "" : ` (${word(op.id)})`} in space ${word(op.space)}`;
}

function difference(op: Op, seen: NonNullable<OpResult["seen"]>): { differs: string[]; restore: string } {
  if (op.op === "put_workflow") return ofWorkflow(op, seen.config);
  if (op.op !== "create" && op.op !== "update") return { differs: [], restore: "Look at it again." };
  const wanted: { name: string; config: Config } = op.op === "create" ? op : op.after;
  const inWords = (field: string, was: unknown, is: unknown) =>
    differenceInWords(field, { was, is }, (key, value) => ownValue(hideInConfig({ [key]: value }).config, key));
  return {
    differs: [
      ...(wanted.name === seen.name ? [] : [inWords("name", wanted.name, seen.name)]),
      ...differingKeys(seen.config, wanted.config).map((key) =>
        inWords(`config.${key}`, ownValue(wanted.config, key), ownValue(seen.config, key)),
      ),
    ],
    restore: "If nobody meant that, update_connector with what was saved restores it.",
  };
}

function ofWorkflow({ after, enabled }: PutWorkflowOp, seen: Config): { differs: string[]; restore: string } {
  const isSwitched = seen.enabled !== enabled;
  const isOther = typeof seen.yaml === "string" && seen.yaml !== after.yaml;
  const differs = [
    ...(isSwitched ? [`enabled: ${enabled} → ${seen.enabled === true}`] : []),
    ...(isOther ? [linesInWords(after.yaml, String(seen.yaml))] : []),
  ];
  const restore = [
    ...(isSwitched ? [`switch it ${enabled ? "on" : "off"}`] : []),
    ...(isOther ? ["put its text back (undo_change leaves a text alone that differs)"] : []),
  ];
  return {
    differs: differs.length > 0 ? differs : ["it is not valid"],
    restore: `If nobody meant that, ${restore.join(" and ") || "correct it"} in Kibana under Workflows.`,
  };
}

/** `text from line 3: "# keep me" → nothing` */
function linesInWords(was: string, is: string): string {
  const [old, now] = [was.split("\n"), is.split("\n")];
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start++;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const part = (lines: readonly string[]) =>
    hideInText(
      lines
        .slice(start, lines.length - end)
        .join("\n")
        .trim(),
    );
  const shown = (text: string) => (text === "" ? "nothing" : quoted(text, longest));
  return `text from line ${start + 1}: ${shown(part(old))} → ${shown(part(now))}`;
}
