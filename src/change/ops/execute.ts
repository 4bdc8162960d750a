import type { Execution } from "../../kibana/connectors.ts";
import { KibanaError } from "../../kibana/errors.ts";
import { hideSecrets, redactionMark } from "../../secrets/detect.ts";
import type { ExecuteOp, Runs } from "../plan.ts";
import type { OpKind } from "./op-kind.ts";

/** Milliseconds that all waiting between attempts takes at the most: clients give up at a minute. */
const patience = 20_000;

export const execute: OpKind<ExecuteOp> = {
  /** Runs again only while Kibana itself calls the failure retryable; a time-out ends it as an error. */
  async write({ space, id, params, retries = 0 }, { writer, clock }): Promise<Runs> {
    const attempts: Execution[] = [];
    let waited = 0;
    for (;;) {
      const run = await writer.executeConnector(space, id, params).catch((error: unknown): Execution => {
        // It ran before this attempt, which Kibana refused: nobody may say that it was not done.
        if (attempts.length > 0 && error instanceof KibanaError && error.applied === "no")
          return { status: "error", message: error.message };
        throw error;
      });
      attempts.push(run);
      if (run.status === "ok" || !run.retry || attempts.length > retries) return { attempts };
      const until = typeof run.retry === "string" ? Date.parse(run.retry) - clock.now() : Number.NaN;
      const wait = Number.isNaN(until) ? 1000 * 2 ** (attempts.length - 1) : Math.max(0, until);
      waited += wait;
      if (waited > patience) return { attempts, retryAfter: new Date(clock.now() + wait).toISOString() };
      await clock.sleep(wait);
    }
  },

  record: ({ space, id, name, type, params, undo, safe }) => ({
    op: "execute",
    space,
    id,
    name,
    type,
    params: hideSecrets(params).config,
    // A mark in place of a value takes nothing back.
    ...(undo && !JSON.stringify(hideSecrets(undo).config).includes(redactionMark) ? { undo } : {}),
    safe,
  }),
  // Whether a third party was reached is not to be read from Kibana.
  happened: () => Promise.resolve("unknown"),
  inverse: ({ space, id, undo }) =>
    undo ? { op: "execute", space, id, params: undo } : { none: "What was sent cannot be called back from here." },
};
