import { ToolError } from "../../errors.ts";
import type { Execution } from "../../kibana/connectors.ts";
import { KibanaError } from "../../kibana/errors.ts";
import { failsAgain } from "../../kibana/params-mistake.ts";
import type { Reader } from "../../kibana/reader.ts";
import { hideSecrets, redactionMark } from "../../secrets/detect.ts";
import type { ExecuteOp } from "../op.ts";
import type { Runs } from "../plan.ts";
import { patience } from "../rate-limit.ts";
import { assertUntouched } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const execute: OpKind<ExecuteOp> = {
  /** Runs again only while Kibana itself calls the failure retryable and neither params nor credentials are the cause; a time-out ends it as an error. */
  async write(op, { writer, reader, clock }): Promise<Runs> {
    const { space, id, params, retries = 0 } = op;
    const attempts: Execution[] = [];
    let waited = 0;
    for (;;) {
      const changed = await whyNotNow(op, attempts.length, reader);
      if (changed && attempts.length === 0) throw changed;
      if (changed) return { attempts, ended: { cause: changed.message, fix: changed.fix } };
      let run: Execution;
      try {
        run = await writer.executeConnector(space, id, params);
      } catch (error) {
        const ended = error instanceof KibanaError ? howItEnded(error, attempts.length) : undefined;
        if (!ended) throw error;
        return { attempts: [...attempts, { status: "error", message: ended.said }], ended: ended.why };
      }
      attempts.push(run);
      if (run.status === "ok" || !run.retry || failsAgain(wordsOf(run)) || attempts.length > retries) return { attempts };
      const until = typeof run.retry === "string" ? Date.parse(run.retry) - clock.now() : Number.NaN;
      const wait = Number.isNaN(until) ? 1000 * 2 ** (attempts.length - 1) : Math.max(0, until);
      waited += wait;
      if (waited > patience) return { attempts, retryAfter: new Date(clock.now() + wait).toISOString() };
      await clock.sleep(wait);
    }
  },

  record: ({ space, id, name, type, params, hosts = [], undo, safe, onlyReads = safe }) => ({
    op: "execute",
    space,
    id,
    name,
    type,
    params: hideSecrets(params).config,
    hosts: [...hosts],
    // Params with a redaction mark in them undo nothing.
    ...(undo && !JSON.stringify(hideSecrets(undo).config).includes(redactionMark) ? { undo } : {}),
    safe,
    onlyReads,
  }),
  // Kibana does not show whether a third party was reached.
  happened: () => Promise.resolve("unknown"),
  inverse({ space, id, undo, safe, onlyReads }) {
    if (undo) return { op: "execute", space, id, params: undo };
    return safe || onlyReads
      ? { none: "It changed nothing: there is nothing to undo.", onlyRead: true }
      : { none: "What was sent cannot be taken back by this server." };
  },
};

/**
 * The last look before each attempt. A safe test needs none: nobody agreed to a host, and whoever stores another one has to
 * store the secrets for it too (reference/kibana-api.md §4).
 */
async function whyNotNow(op: ExecuteOp, before: number, reader: Reader): Promise<ToolError | undefined> {
  if (op.safe) return undefined;
  try {
    await assertUntouched(op, op.space, reader, before === 0 ? "Nothing was sent" : "It was not run again");
    return undefined;
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}

function wordsOf({ message, service_message: service }: Execution): string {
  return [message, service].filter(Boolean).join(": ");
}

const bareFailure: NonNullable<Runs["ended"]> = {
  cause:
    "Kibana failed on the run and does not say why. Most likely it cannot decrypt the connector's secrets, because its encryption key (xpack.encryptedSavedObjects.encryptionKey) changed.",
  fix: "Enter the secrets again with update_connector, or have the operator put the old key into xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys; the cause is in Kibana's log.",
};

const notKnown = "Whether anything went out: check the service before you run it again.";

/**
 * How a failure of Kibana's own ended a run: with a complete 500 answer, or with a refusal after earlier attempts. Undefined
 * otherwise: nothing ran, or no answer came.
 */
function howItEnded(error: KibanaError, before: number): { said: string; why: NonNullable<Runs["ended"]> } | undefined {
  const known = { cause: error.message, fix: error.fix };
  if (error.status === 500 && error.code === "kibana_error") {
    const said = typeof error.detail?.kibana === "string" ? error.detail.kibana : "";
    const bare = said === "" || /internal server error/i.test(said);
    const why = bare || /decrypt/i.test(said) ? bareFailure : known;
    return { said: said || "500", why: { ...why, not_known: notKnown } };
  }
  // Earlier attempts ran before Kibana refused this one: it must not count as not done.
  return before > 0 && error.applied === "no" ? { said: error.message, why: { ...known, not_known: notKnown } } : undefined;
}
