import { destinations } from "../catalog/destinations.ts";
import { connectorType } from "../catalog/index.ts";
import { firstFew } from "../first-few.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { plainText, quoted, word } from "../plain-text.ts";
import { isSystem } from "../rules/rule-state.ts";
import { usersInWords } from "../usage/free.ts";
import { ruleNames } from "../usage/references.ts";
import { type DeleteOp, type PutRuleOp, type PutWorkflowOp, type TouchedConnector, type UpdateOp, usesConnectors } from "./op.ts";
import { connectorOrNone } from "./ops/connector-state.ts";
import { isOther } from "./ops/touched-connectors.ts";
import type { NextCall, OpResult } from "./plan.ts";
import { whyNoUndo } from "./undo.ts";
import { notHere, typeRefused, type UndoBy, withoutTool } from "./undo-here.ts";

interface Broken {
  warnings: string[];
  next: NextCall[];
}

/**
 * What this change and another one at the same moment broke together, with the call that fixes it: Kibana has no lock, so
 * a rule can start to use a connector while it is being deleted (reference/kibana-api.md §1.4, §5.4).
 */
export async function brokenMeanwhile(change: string, results: readonly OpResult[], reader: Reader, by: UndoBy): Promise<Broken> {
  const done = results.filter(({ outcome }) => outcome === "done");
  const users = done.flatMap((result) => (usesConnectors(result.op) ? [{ ...result.op, why: whyNoUndo(result, by) }] : []));
  const all = [
    ...done.flatMap((result) =>
      result.op.op === "delete" ? [usersWithout(change, result.op, result, withoutTool("undo_change", by))] : [],
    ),
    ...done.flatMap(({ op, oldName }) => (op.op === "update" && oldName ? [namedAsBefore(op, oldName)] : [])),
    ...(users.length > 0 ? [await goneOrChanged(change, users, new Set(results.map(({ op }) => op.id)), reader)] : []),
  ];
  return { warnings: all.flatMap(({ warnings }) => warnings), next: all.flatMap(({ next }) => next) };
}

/** Whether something began to use this connector while it was being deleted. */
export function isTaken({ leftBehind = [], takenBy = [] }: OpResult): boolean {
  return leftBehind.length + takenBy.length > 0;
}

/** What began to use a connector while it was being deleted. */
function usersWithout(
  change: string,
  { id, before, secretsBefore, unusable }: DeleteOp,
  { leftBehind: rules = [], takenBy: others = [], unread = [] }: OpResult,
  withoutUndo: string | undefined,
): Broken {
  const refused = withoutUndo === undefined ? unusable && typeRefused(before.type, unusable) : notHere(withoutUndo);
  const name = `${quoted(before.name, 60)} (${id})`;
  const unknown =
    unread.length > 0
      ? [`Could not check whether something began to use ${name} while it was being deleted; not looked at: ${unread.join("; ")}.`]
      : [];
  if (rules.length + others.length === 0) return { warnings: unknown, next: [] };
  const one = rules.length + others.length === 1;
  const who =
    others.length > 0
      ? `${usersInWords(rules, others)} began to use ${name} while it was being deleted.`
      : `${one ? "A rule" : `${rules.length} rules`} began to use ${name} while it was being deleted: ${ruleNames(rules)}.`;
  return {
    warnings: [
      ...unknown,
      `${who} ${one ? "It fails" : "They fail"} silently until the connector is back${refused === undefined ? ": call undo_change." : ` under its id. ${refused}`}`,
    ],
    next:
      refused !== undefined
        ? []
        : [
            {
              tool: "undo_change",
              args: { change, id },
              why: `Makes it again under its id, for ${others.length > 0 ? "what uses it" : one ? "the rule" : "the rules"}${secretsBefore ? "; its secrets have to be given in `secrets`" : ""}.`,
            },
          ],
  };
}

/** Workflows that began to name a connector by its old name while it got another. */
function namedAsBefore({ id, before }: UpdateOp, uses: NonNullable<OpResult["oldName"]>): Broken {
  const old = quoted(before.name, 60);
  if (uses === "unknown")
    return { warnings: [`Could not check whether a workflow began to name the connector as ${old} while it was being renamed.`], next: [] };
  const naming = new Map(uses.map((use) => [use.id, use]));
  const one = naming.size === 1;
  const warning = `${usersInWords([], [...naming.values()])} began to name the connector as ${old} while it was being renamed, and ${one ? "does" : "do"} not reach it. In Kibana under Workflows, put the id ${plainText(id, 80)} into ${one ? "its" : "their"} connector-id, or give the connector its old name back.`;
  return { warnings: [warning], next: [] };
}

/**
 * Connectors that this change put into rules and workflows and that somebody deleted or changed meanwhile.
 * @param own ids of what this change wrote itself
 */
async function goneOrChanged(
  change: string,
  ops: readonly ((PutRuleOp | PutWorkflowOp) & { why: string | undefined })[],
  own: ReadonlySet<string | undefined>,
  reader: Reader,
): Promise<Broken> {
  const given = new Map<string, { space: string; agreed: TouchedConnector; users: string[]; undoable: boolean }>();
  for (const { space, name: user, touches, after, why } of ops) {
    const used = new Set(after.actions.map(({ id }) => id));
    for (const agreed of touches) {
      const { id } = agreed;
      // Of one without a type only the name is known, which this change gave it.
      if (isSystem(id) || !used.has(id) || agreed.type === undefined) continue;
      const one = given.get(id) ?? { space, agreed, users: [], undoable: false };
      one.users.push(user);
      one.undoable ||= why === undefined;
      given.set(id, one);
    }
  }
  const looked = await Promise.all(
    [...given].map(async ([id, { space, agreed, users, undoable }]) => {
      const found = await connectorOrNone(reader, space, id).catch(() => "unknown" as const);
      const named = `${quoted(agreed.name ?? id, 60)} (${plainText(id, 80)})`;
      if (found === "unknown") return { undoes: false, warning: `Could not check whether ${named} is still as it was.` };
      if (found && (own.has(id) || !isOther(found, agreed))) return { undoes: false, warning: undefined };
      const these = ops.every(({ op }) => op === "put_rule") ? "rule" : "rule or workflow";
      const those = `while it was being added to ${users.length === 1 ? `this ${these}` : `these ${these.replace(/(rule|workflow)/g, "$1s")}`}: ${firstFew(users, 3, (user) => quoted(user, 60))}.`;
      return {
        undoes: undoable,
        warning: found
          ? `Somebody else changed ${named} ${those} ${await whereTo(found)}Nobody agreed to that: look at it with get_connector.`
          : `Somebody else deleted ${named} ${those} Every action of ${users.length === 1 ? "it" : "them"} fails silently until the connector is back or its actions are removed.`,
      };
    }),
  );
  return {
    warnings: looked.flatMap(({ warning }) => warning ?? []),
    next: looked.some(({ undoes }) => undoes)
      ? [{ tool: "undo_change", args: { change }, why: "Restores what they had before this change." }]
      : [],
  };
}

/** `Requests go to hooks.example.com now. ` */
async function whereTo({ type, config }: Connector): Promise<string> {
  const entry = await connectorType(type, config);
  const hosts = entry && config ? destinations(entry, config, () => undefined) : [];
  return hosts.length > 0 ? `Requests go to ${hosts.map(word).join(", ")} now. ` : "";
}
