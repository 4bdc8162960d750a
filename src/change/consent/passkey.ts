import { createHash, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { ToolError } from "../../errors.ts";
import type { Key } from "../../passkeys/key-records.ts";
import type { Keyring } from "../../passkeys/keyring.ts";
import { PasskeyRefused } from "../../passkeys/refused.ts";
import { canonicalJson } from "../../plain-object.ts";
import { sameField } from "../../rules/rule-state.ts";
import type { ApprovalPage } from "../../web/page.ts";
import type { Approval, BeginRecord } from "../journal-records.ts";
import type { Op } from "../op.ts";
import type { Recorded } from "../ops/records.ts";
import type { Plan } from "../plan.ts";
import { isChange, type Verdict } from "../policy.ts";
import type { Recording } from "../recorded.ts";
import type { Call, Caller, ChangeServices } from "../services.ts";
import { type Approvers, approversOf } from "./approvers.ts";

/** Passkeys, and the origin of the pages that ask for them. */
export interface Passkeys {
  keyring: Keyring;
  origin(): Promise<string>;
}

/**
 * Whether only a page that takes a passkey may approve a plan: it changes, removes or sends something, a secret or request goes to a host
 * that nobody has agreed to, it takes over what sent elsewhere, or somebody else has to agree. Actions that are only added to rules may
 * still be agreed to in a form or by a token, where the host of their connector is agreed to.
 */
export function onlyByPasskey(
  plan: Plan,
  { tool }: Pick<Call, "tool">,
  { newFlows }: Pick<Verdict, "newFlows">,
  { principal }: Caller,
  { settings }: ChangeServices,
): boolean {
  if (settings.approveWith === undefined) return false;
  const isMore =
    typeof plan.consequence === "object" ||
    plan.inPerson !== undefined ||
    newFlows.length > 0 ||
    (plan.asksBecause ?? []).length > 0 ||
    plan.ops.some(isDestructive);
  return isMore || approversOf(plan, { caller: principal.name, tool }, settings).named;
}

function isDestructive(op: Op): boolean {
  switch (op.op) {
    case "create":
      return false;
    case "execute":
      return isChange(op);
    case "put_rule": {
      const { before, after } = op;
      const kept = before.actions.every((action) => after.actions.some((one) => isDeepStrictEqual(one, action)));
      const fields = Object.entries(after.fields ?? {}).some(([name, value]) => !sameField(name, value, before.fields?.[name]));
      return !kept || fields || before.notify_when !== after.notify_when || before.throttle !== after.throttle;
    }
    default:
      return true;
  }
}

/** What a page needs to have a plan signed. */
export interface Signing {
  page: Pick<ApprovalPage, "passkey" | "people">;
  /** Checks what the page sent. @throws PasskeyRefused */
  check(text: string | undefined): Promise<Approval>;
}

/** The keys that may approve a plan. @throws ToolError confirmation_invalid where there is none, or they may not be relied on */
export async function keysFor(
  plan: Plan,
  change: Pick<Call, "tool">,
  caller: Caller,
  services: ChangeServices,
): Promise<Signers | undefined> {
  const { passkeys, settings } = services;
  if (!passkeys) return undefined;
  const approvers = approversOf(plan, { caller: caller.principal.name, tool: change.tool }, settings);
  if (approvers.names.length === 0) throw nobodyMayApprove(caller.principal.name, change.tool);
  const { keyring, origin } = await passkeys;
  const own = await origin();
  const rpId = new URL(own).hostname;
  const found = await Promise.all(
    approvers.names.map((name) =>
      keyring.keysOf(name).then(
        ({ active }) => ({ keys: active.filter((key) => key.rpId === rpId), problem: undefined }),
        (error: unknown) => {
          if (error instanceof PasskeyRefused) return { keys: [], problem: `Passkeys of ${name}: ${error.message}.` };
          throw error;
        },
      ),
    ),
  );
  const keys = found.flatMap((one) => one.keys);
  if (keys.length === 0)
    throw noKey(
      approvers,
      rpId,
      found.flatMap(({ problem }) => problem ?? []),
      services,
    );
  return { approvers, keys, keyring, origin: own, rpId };
}

/** Whose keys may approve a plan. */
export interface Signers {
  approvers: Approvers;
  keys: Key[];
  keyring: Keyring;
  origin: string;
  rpId: string;
}

/** The challenge for one page: a signature is for this plan, this confirm id and this expiry, and for what is recorded of it. */
export function signingOf(
  { approvers, keys, keyring, origin, rpId }: Signers,
  { confirm, expires, plan, recording, typed }: { confirm: string; expires: number; plan: string; recording: Recording; typed: boolean },
  { tool, caller, deployment }: { tool: string; caller: string; deployment: string },
): Signing {
  const signed = {
    ...{ plan, confirm, expires, typed },
    random: randomBytes(16).toString("base64url"),
    ops: recording.ops.map((op) => opDigest(op, typed)),
  };
  const challenge = approvalChallenge({ deployment, tool, principal: caller, summary: recording.summary }, signed);
  return {
    page: {
      passkey: { what: "get", challenge, rpId, keys: keys.map(({ id, transports }) => ({ id, transports })) },
      ...(approvers.named ? { people: { askedBy: caller, approvers: approvers.names } } : {}),
    },
    async check(text) {
      if (text === undefined) throw new PasskeyRefused("The page has to be signed with a passkey.");
      const { key, signature } = await keyring.check(text, { challenge, origin, rpId }, keys);
      return { by: key.principal, key: key.name, proof: { credential: key.id, ...signature, signed } };
    },
  };
}

/** What a passkey signs to approve a change: all of it is in the journal, so that the signature can be checked later. */
export function approvalChallenge(
  { deployment, tool, principal, summary }: Pick<BeginRecord, "deployment" | "tool" | "principal" | "summary">,
  signed: NonNullable<Approval["proof"]>["signed"],
): string {
  const text = `kibana-connectors-mcp approval\n${canonicalJson({ deployment, tool, principal, summary, ...signed })}`;
  return createHash("sha256").update(text).digest("base64url");
}

/** The digest of an op as it is recorded; where secrets were typed after the page was made, only of what it is about. */
export function opDigest(record: Recorded | BeginRecord["op"], typed: boolean): string {
  const { op, space, id, name, type } = record;
  const content: unknown = JSON.parse(JSON.stringify(typed ? { op, space, id, name, type } : record));
  return createHash("sha256").update(canonicalJson(content)).digest("base64url").slice(0, 22);
}

function nobodyMayApprove(caller: string, tool: string): ToolError {
  return new ToolError(
    "confirmation_invalid",
    `Approvers are named for calls of ${caller}, and none of them may approve ${tool} there. Nothing was written.`,
    "The operator names somebody for it under `approvers` in the token file.",
    { reason: "no_approver" },
  );
}

function noKey({ names, named }: Approvers, rpId: string, problems: readonly string[], { settings }: ChangeServices): ToolError {
  const who = named ? `${names.join(", ")} (who may approve this)` : names.join();
  const enroll = `kibana-connectors-mcp enroll${names[0] === "local" ? "" : ` --principal ${names[0]}`}`;
  const place = settings.http === undefined ? "in a terminal on this machine" : "on the server's machine";
  const where = `${place}${settings.http?.publicUrl === undefined ? ", and restarts this server" : ""}`;
  return new ToolError(
    "confirmation_invalid",
    `${problems.length > 0 ? problems.join(" ") : `No passkey of ${who} is enrolled for ${rpId}, and nothing else approves this here.`} Nothing was written.`,
    problems.length > 0
      ? "A person, not the agent, looks into it: `kibana-connectors-mcp doctor` says what is wrong and what to do."
      : `A person, not the agent, runs \`${enroll}\` ${where}.`,
    { reason: "no_passkey" },
  );
}
