import { oneLine, quoted } from "../plain-text.ts";
import { Sealed } from "../sealed.ts";
import type { OpResult } from "./plan.ts";
import type { Caller, ChangeServices } from "./services.ts";

/** As long as the other pages. */
const lifetime = 10 * 60_000;

/** What an answer says of a token that it must not hold. */
interface TokenRow {
  id: string | undefined;
  space: string;
  how: string;
  url?: string;
  expires_at?: string;
}

/**
 * Opens a page for each token that Kibana made for those who send events to a connector: a token is shown there, and nowhere else. A page with a
 * token that is dead by now ends.
 * @returns the pages; without one, why there is none and how a person gets a token
 */
export async function showTokens(results: readonly OpResult[], caller: Caller, services: ChangeServices): Promise<{ tokens?: TokenRow[] }> {
  const rows: TokenRow[] = [];
  for (const result of results) {
    const row = await rowOf(result, caller, services);
    if (row) rows.push(row);
  }
  return rows.length > 0 ? { tokens: rows } : {};
}

async function rowOf({ op, outcome, data }: OpResult, { principal }: Caller, services: ChangeServices): Promise<TokenRow | undefined> {
  const token = tokenIn(data);
  // Whatever tells it later, as a log of Kibana's or a workflow: it is hidden.
  if (token) services.redactor.learn(token);
  const expected = op.op === "rotate" || (op.op === "create" && op.makesToken !== undefined);
  if (outcome === "not_done") return undefined;
  const { space } = op;
  const id = op.id ?? idIn(data);
  const holder = JSON.stringify([space, id]);
  if (token || expected || op.op === "delete") await services.endTokens(holder).catch(() => undefined);
  if (!(token || expected)) return undefined;
  const name = "name" in op ? op.name : op.before.name;
  const again = `update_connector with id ${quoted(id ?? "", 60)} and secrets {"$rotate": true} makes another one and shows it to a person`;
  if (!services.showOnce)
    return {
      ...{ id, space },
      how: "No page can be opened here (the server is shared over HTTP), so nobody was shown a token for its senders: a person opens the connector in Kibana and rotates its token there.",
    };
  if (!token)
    return {
      id,
      space,
      how: `${op.op === "rotate" ? "The answer with the new token is lost, and the old one may be dead already" : "Kibana has told no token for its senders yet"}: ${again}.`,
    };
  const { redactor, deployment, sandbox, clock } = services;
  const expiresAt = clock.now() + lifetime;
  const shown = redactor.withoutLiterals.json({
    deployment: oneLine(deployment),
    space: oneLine(space),
    title: `The token for senders of ${quoted(name)}`,
  });
  const url = await services.showOnce({ ...shown, holder, sandbox, token, expiresAt }, principal.name).catch(() => undefined);
  if (url === undefined)
    return { id, space, how: `The page for its senders' token could not be opened, and nobody has seen it: ${again}.` };
  return {
    ...{ id, space, url },
    expires_at: new Date(expiresAt).toISOString(),
    how: `Give the person this address: the page shows the token that senders need, once. Do not open it yourself. If it is lost: ${again}.`,
  };
}

function tokenIn(data: unknown): Sealed | undefined {
  return data !== null && typeof data === "object" && "ingestToken" in data && data.ingestToken instanceof Sealed
    ? data.ingestToken
    : undefined;
}

function idIn(data: unknown): string | undefined {
  return data !== null && typeof data === "object" && "id" in data && typeof data.id === "string" ? data.id : undefined;
}
