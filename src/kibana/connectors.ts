import * as z from "zod";
import { isPlainObject } from "../plain-object.ts";
import { type Sealed, type SealedRecord, seal, unseal } from "../sealed.ts";
import { isNoRoute } from "./absent.ts";
import { KibanaError } from "./errors.ts";
import { type Get, path, type Send } from "./http.ts";
import { opaque } from "./opaque.ts";
import { listOf, readAs } from "./read-as.ts";
import { said } from "./said.ts";
import { isTextOrNone } from "./whole-rule.ts";

/** Config is opaque: no key but the hash of a token is ever dropped. Absent for preconfigured connectors (reference/kibana-api.md §1.2). */
const Connector = z.object({
  id: z.string(),
  name: z.string(),
  connector_type_id: z.string(),
  config: opaque.nullish(),
  is_missing_secrets: z.boolean().nullish(),
  is_preconfigured: z.boolean().nullish(),
  is_deprecated: z.boolean().nullish(),
  is_system_action: z.boolean().nullish(),
  is_connector_type_deprecated: z.boolean().nullish(),
  referenced_by_count: z.number().nullish(),
  auth_mode: z.string().nullish(),
  user_auth_status: z.string().nullish(),
});

const Connectors = listOf(Connector);

/** Whether it fits `Connector` as it is: parsing a copy of each takes more time than all that a list is read for. */
function isWhole(raw: unknown): raw is z.output<typeof Connector> {
  return (
    isPlainObject(raw) &&
    typeof raw.id === "string" &&
    typeof raw.name === "string" &&
    typeof raw.connector_type_id === "string" &&
    (raw.config == null || isPlainObject(raw.config)) &&
    flags.every((flag) => raw[flag] == null || typeof raw[flag] === "boolean") &&
    (raw.referenced_by_count == null || Number.isFinite(raw.referenced_by_count)) &&
    isTextOrNone(raw.auth_mode) &&
    isTextOrNone(raw.user_auth_status)
  );
}
const flags = ["is_missing_secrets", "is_preconfigured", "is_deprecated", "is_system_action", "is_connector_type_deprecated"] as const;

export interface Connector {
  id: string;
  name: string;
  type: string;
  /** Undefined where Kibana hides it (preconfigured without exposeConfig). */
  config: Record<string, unknown> | undefined;
  /** Of the token of its senders, which some revisions of Kibana keep in config: it goes back with an update, and nowhere else. */
  tokenHash?: string;
  missingSecrets: boolean;
  preconfigured: boolean;
  system: boolean;
  deprecated: boolean;
  /** Documents that refer to it, of every kind and space; list answers only (§5.1). */
  references: number | undefined;
  /** `per-user`: each authorises it alone; absent where all share the stored secrets. */
  authMode?: string;
  /** Of whoever asks: `connected`, `not_connected` or the like. */
  userAuthStatus?: string;
}

function connector(raw: unknown): Connector {
  return fromRaw(readAs(Connector, raw));
}

function fromRaw(raw: z.output<typeof Connector>): Connector {
  return {
    id: raw.id,
    name: raw.name,
    type: raw.connector_type_id,
    ...configOf(raw),
    missingSecrets: raw.is_missing_secrets ?? false,
    preconfigured: raw.is_preconfigured ?? false,
    system: raw.is_system_action ?? false,
    deprecated: (raw.is_deprecated ?? false) || (raw.is_connector_type_deprecated ?? false),
    references: raw.referenced_by_count ?? undefined,
    ...authorisation(raw),
  };
}

function configOf({ config }: z.output<typeof Connector>): Pick<Connector, "config" | "tokenHash"> {
  if (typeof config?.ingestTokenHash !== "string") return { config: config ?? undefined };
  const { ingestTokenHash: tokenHash, ...own } = config;
  return { config: own, tokenHash };
}

function authorisation({ auth_mode: mode, user_auth_status: status }: z.output<typeof Connector>) {
  if (mode == null || mode === "shared") return {};
  return { authMode: mode, ...(status != null && { userAuthStatus: status }) };
}

export function connectorReads(get: Get) {
  return {
    /** All connectors of a space except system ones, with `references`; Kibana returns at most 10,000. */
    async connectors(space: string): Promise<Connector[]> {
      const body = await get({
        path: "/api/actions/connectors",
        space,
        largest: 64,
      });
      const all = Array.isArray(body) && body.every(isWhole) ? body : readAs(Connectors, body);
      return all.map(fromRaw);
    },
    /** One connector. @throws ToolError connector_not_found */
    async connector(space: string, id: string): Promise<Connector> {
      return connector(
        await get({
          path: `/api/actions/connector${path(id)}`,
          space,
        }),
      );
    },
    /**
     * The names of a webhook's secret headers, for its form (stack_connectors/server/routes/get_webhook_secret_headers_key.ts); undefined
     * where Kibana does not tell them.
     */
    async secretHeaderNames(space: string, id: string): Promise<string[] | undefined> {
      try {
        return SecretHeaderNames.safeParse(
          await get({ path: `/internal/stack_connectors${path(id, "secret_headers")}`, space, internal: true }),
        ).data;
      } catch (error) {
        if (!(error instanceof KibanaError) || error.code === "cancelled") throw error;
        return undefined;
      }
    },
  };
}

const SecretHeaderNames = z.array(z.string());

export interface NewConnector {
  /** Undefined below 8.8, where Kibana chooses it. */
  id: string | undefined;
  name: string;
  type: string;
  config: Record<string, unknown>;
  secrets: SealedRecord;
}

/** A connector as an answer to a write has it. */
export interface WrittenConnector extends Connector {
  /** With which others send events to it: Kibana tells it this once. */
  ingestToken?: Sealed;
}

/** The first revisions answer with the whole connector (kibana#286628), later ones with the token alone (kibana#290908). */
const Minted = z.object({
  ingest_token: z.string().min(1).optional(),
  secrets: z.object({ ingest_token: z.string().min(1).optional() }).nullish(),
});

/** The names that the route has had, the newest last. */
const rotating = ["_rotate_ingress", "_rotate_event_token"];

function ingestToken(body: unknown): { ingestToken?: Sealed } {
  const { data } = Minted.safeParse(body);
  const token = data?.ingest_token ?? data?.secrets?.ingest_token;
  return token === undefined ? {} : { ingestToken: seal(token, "the token that senders use") };
}

function written(body: unknown): WrittenConnector {
  return { ...connector(body), ...ingestToken(body) };
}

const Execution = z.object({
  status: z.enum(["ok", "error"]),
  message: z.string().transform(said).nullish(),
  service_message: z.string().transform(said).nullish(),
  data: z.unknown().optional(),
  retry: z.union([z.boolean(), z.string()]).nullish(),
  errorSource: z.string().nullish(),
});
export type Execution = z.output<typeof Execution>;

/** Kibana keeps no secret that it is not sent, and not every type takes null for that. */
function withoutNull(secrets: SealedRecord): SealedRecord {
  return Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== null));
}

export function connectorWrites(send: Send) {
  return {
    /** `secrets` is sent even when empty: types with optional secrets need it (§4). */
    async createConnector(space: string, { id, name, type, config, secrets }: NewConnector): Promise<WrittenConnector> {
      const body = {
        name,
        connector_type_id: type,
        config,
        secrets: unseal(withoutNull(secrets)),
      };
      return written(
        await send("POST", {
          path: `/api/actions/connector${id === undefined ? "" : path(id)}`,
          space,
          body,
        }),
      );
    },
    /** Replaces everything: `config` and `secrets` are all there is afterwards (§4). */
    async updateConnector(
      space: string,
      id: string,
      { name, config, secrets, tokenHash }: Pick<NewConnector, "name" | "config" | "secrets"> & Pick<Connector, "tokenHash">,
    ): Promise<WrittenConnector> {
      const body = {
        name,
        config: tokenHash === undefined ? config : { ...config, ingestTokenHash: tokenHash },
        secrets: unseal(withoutNull(secrets)),
      };
      return written(await send("PUT", { path: `/api/actions/connector${path(id)}`, space, body }));
    },
    /** Makes a token for those who send events to it; an earlier one stops working at once. */
    async rotateIngestToken(space: string, id: string): Promise<{ ingestToken?: Sealed }> {
      for (const route of rotating) {
        try {
          return ingestToken(await send("POST", { path: `/internal/actions/connector${path(id, route)}`, space, internal: true }));
        } catch (error) {
          if (!(error instanceof KibanaError && isNoRoute(error))) throw error;
        }
      }
      throw new KibanaError(
        "kibana_error",
        "This Kibana has no route that makes the token of an inbound connector.",
        "Inbound connectors need Kibana 9.6 and xpack.actions.inboundEvents.enabled: true in kibana.yml.",
        { applied: "no" },
      );
    },
    async deleteConnector(space: string, id: string): Promise<void> {
      await send("DELETE", {
        path: `/api/actions/connector${path(id)}`,
        space,
      });
    },
    /** HTTP 200 with `status: "error"` is a failed run (§3). */
    async executeConnector(space: string, id: string, params: Record<string, unknown>): Promise<Execution> {
      const body = await send("POST", {
        path: `/api/actions/connector${path(id)}/_execute`,
        space,
        // What the service answered, as long as xpack.actions.maxResponseContentLength allows.
        largest: 32,
        body: { params },
      });
      if (body === undefined) return { status: "error", message: "Kibana answered 204: it does not say how the run ended" };
      return readAs(Execution, body);
    },
  };
}
