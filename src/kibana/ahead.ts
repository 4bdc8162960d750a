import type { Call, Get, Query } from "./http.ts";

interface Asking {
  get: Get;
  query: Query;
}

/** Reads that may be begun before they are needed, so that a call waits for several at once. */
export interface Ahead extends Asking {
  /** Begins reads now. Each answer serves the next that asks for the same, once: who asks a second time asks Kibana. */
  begin: Asking;
  /** Forgets what nobody took, and begins anew all that was asked so far, each once, but for what lasts. */
  again(): void;
}

/**
 * What no plan is compared by: how a connector's last runs went, which runs of rules are pending, and which types there are.
 * One answer serves a whole call.
 */
const lasting = /\/internal\/actions\/_global_connector_execution_logs|\/alerting\/rules\/backfill\/|\/api\/actions\/connector_types/;

/** @param asked notes what is asked, for `again`; a reader that lives on notes nothing */
export function readingAhead({ get, query }: Asking, asked?: Map<string, () => void>): Ahead {
  const begun = new Map<string, Promise<unknown>>();
  const kept = new Map<string, Promise<unknown>>();
  /** What is read of many pages may be begun and taken by turns: neither asks for a page that the other waits for. */
  const awaited = new Map<string, Promise<unknown>>();

  function takes<C extends Call>(kind: string, ask: (call: C) => Promise<unknown>): (call: C) => Promise<unknown> {
    return (call) => {
      const key = keyOf(kind, call);
      const once = asked !== undefined && lasting.test(key);
      if (!once) asked?.set(key, () => void begins(kind, ask)(call));
      const answer = kept.get(key) ?? begun.get(key) ?? ask(call);
      begun.delete(key);
      if (once) {
        kept.set(key, answer);
        answer.catch(() => kept.delete(key));
      }
      awaited.set(key, answer);
      const over = () => void (awaited.get(key) === answer && awaited.delete(key));
      answer.then(over, over);
      return answer;
    };
  }

  function begins<C extends Call>(kind: string, ask: (call: C) => Promise<unknown>): (call: C) => Promise<unknown> {
    return (call) => {
      const key = keyOf(kind, call);
      const present = kept.get(key) ?? begun.get(key) ?? awaited.get(key);
      if (present) return present;
      const answer = ask(call);
      // Whoever takes it gets the failure; perhaps nobody does.
      answer.catch(() => undefined);
      begun.set(key, answer);
      return answer;
    };
  }

  return {
    get: takes("get", get),
    query: takes("query", query),
    begin: { get: begins("get", get), query: begins("query", query) },
    again() {
      begun.clear();
      for (const begin of asked?.values() ?? []) begin();
    },
  };
}

function keyOf(kind: string, { signal: _signal, ...call }: Call): string {
  return JSON.stringify([kind, call]);
}
