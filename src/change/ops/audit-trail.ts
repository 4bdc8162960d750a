import type { Writer } from "../../kibana/writer.ts";
import type { Log } from "../../log.ts";
import { plainJson, plainText } from "../../plain-text.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import type { Clock } from "../clock.ts";
import type { BeginRecord, EndRecord } from "../journal.ts";

/** An op as its beginning is recorded. */
export type Begun = Pick<
  BeginRecord,
  "change" | "n" | "deployment" | "tool" | "principal" | "client" | "consent" | "approval" | "summary" | "op"
>;
type Ended = Pick<EndRecord, "outcome" | "id" | "error">;

/** A second journal in Elasticsearch, through an Index connector: one document when a write begins, one when it ends. */
export interface AuditTrail {
  /** @returns what went wrong, for the answer; it is logged already */
  begin(record: Begun): Promise<string | undefined>;
  end(begun: Begun, record: Ended): Promise<string | undefined>;
}

/** Most characters of an op in a document; what an undo needs is in the journal. */
const mostDetails = 10_000;

export function createAuditTrail(
  connector: { space: string; id: string },
  { writer, clock, log }: { writer: Writer; clock: Clock; log: Log },
): AuditTrail {
  async function write(document: Record<string, unknown>): Promise<string | undefined> {
    const why = await writer.executeConnector(connector.space, connector.id, { documents: [document] }).then(
      ({ status, message, service_message }) =>
        status === "ok" ? undefined : [message, service_message].filter(Boolean).join(": ") || "no reason given",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (why === undefined) return undefined;
    const { change, n } = document;
    log.error("audit_trail", { change, n, record: document.record, connector: connector.id, error: plainText(why, 500) });
    return `The audit connector "${connector.id}" did not accept the record of this change: ${plainText(why, 300)}`;
  }

  const at = () => new Date(clock.now()).toISOString();

  return {
    begin: (record) => write({ "@timestamp": at(), record: "begin", ...described(record) }),
    end: (begun, { outcome, id, error }) =>
      write({
        "@timestamp": at(),
        record: "end",
        ...described(begun),
        outcome,
        ...(id === undefined ? {} : { id }),
        ...(error === undefined ? {} : { error: plainText(error, 1000) }),
      }),
  };
}

/** Flat, with the op as one text: the keys of configs would bloat the mapping and conflict in it. */
function described({ change, n, deployment, tool, principal, client, consent, approval, summary, op }: Begun): Record<string, unknown> {
  const { op: kind, space, id, name, type, secretFields, secretSources, digests: _forTheUndo, ...details } = op;
  // Names of fields and of variables, which are no secret, under words that look like one.
  const named = Object.fromEntries(Object.entries({ secretFields, secretSources }).filter(([, value]) => value !== undefined));
  return {
    change,
    n,
    deployment,
    tool,
    principal,
    ...(client === undefined ? {} : { client: plainText(client, 100) }),
    consent,
    ...(approval && { approved_by: approval.by, passkey: plainText(approval.key, 100) }),
    summary: plainText(summary, 1000),
    op: kind,
    space,
    ...(id === undefined ? {} : { id }),
    name: plainText(name, 300),
    type,
    details: JSON.stringify(plainJson({ ...hideSecrets(details).config, ...named })).slice(0, mostDetails),
  };
}
