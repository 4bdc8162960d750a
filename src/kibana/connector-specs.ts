import * as z from "zod";
import { KibanaError } from "./errors.ts";
import { type Get, path } from "./http.ts";

/** Milliseconds for which the list counts: types come and go with an upgrade. */
const kept = 60_000;

/** Newer versions write snake case, the first ones camel case. */
const Metadata = z.looseObject({
  id: z.string(),
  display_name: z.string().optional(),
  displayName: z.string().optional(),
  description: z.string().nullish(),
  minimum_license: z.string().optional(),
  minimumLicense: z.string().optional(),
  is_technical_preview: z.boolean().nullish(),
  isTechnicalPreview: z.boolean().nullish(),
});

const Action = z.looseObject({ description: z.string().nullish(), input: z.unknown() });

const Row = z.looseObject({
  metadata: Metadata,
  schema: z.unknown(),
  is_testable: z.boolean().nullish(),
  is_inbound_only: z.boolean().nullish(),
  actions: z.record(z.string(), Action).nullish(),
});

/** A type that Kibana keeps as a specification. All of it is from outside. */
export interface ConnectorSpec {
  id: string;
  name: string;
  description: string | undefined;
  license: string;
  preview: boolean;
  /** JSON Schema of an object with `config` and `secrets`. */
  schema: unknown;
  testable: boolean;
  inboundOnly: boolean;
  /** By name; undefined where this version does not list them. */
  actions: Readonly<Record<string, { description: string | undefined; input: unknown }>> | undefined;
}

/** What was read of one Kibana; each counts for a minute. */
export interface KnownSpecs {
  /** By id; undefined: they cannot be read all at once. */
  list?: { at: number; specs: ReadonlyMap<string, ConnectorSpec> | undefined };
  single: Map<string, { at: number; spec: ConnectorSpec | undefined }>;
}

/** More words than anybody asks about in a minute. */
const mostSingles = 500;

/** The types that Kibana describes itself (actions/server/routes/connector/get_specs, get_spec). They are the same in every space. */
export function connectorSpecReads(get: Get, known: KnownSpecs, now: () => number = Date.now) {
  /** Who asks meanwhile in the same call waits for the same answer. */
  let asking: ReturnType<typeof readList> | undefined;

  async function readList() {
    try {
      const body = await get({ path: "/internal/actions/connector_types/specs", internal: true });
      return new Map((Array.isArray(body) ? body : []).flatMap(readSpec).map((spec) => [spec.id, spec]));
    } catch (error) {
      return unread(error, new Map<string, ConnectorSpec>());
    }
  }

  async function readSingle(id: string) {
    try {
      const body = await get({ path: `/internal/actions/connector_types${path(id)}/spec`, internal: true });
      return readSpec(body).find((spec) => spec.id === id);
    } catch (error) {
      return unread(error, undefined);
    }
  }

  return {
    /**
     * A type as Kibana describes it; undefined where it does not, or not to this user: then only Kibana checks what is written.
     * @throws ToolError cancelled
     */
    async connectorSpec(id: string): Promise<ConnectorSpec | undefined> {
      if (!/^\.[\w.-]{1,63}$/.test(id)) return undefined;
      if (!known.list || now() - known.list.at >= kept) {
        asking ??= readList();
        known.list = { at: now(), specs: await asking.finally(() => (asking = undefined)) };
      }
      if (known.list.specs) return known.list.specs.get(id);
      const last = known.single.get(id);
      if (last && now() - last.at < kept) return last.spec;
      if (known.single.size >= mostSingles) known.single.clear();
      const spec = await readSingle(id);
      known.single.set(id, { at: now(), spec });
      return spec;
    },
  };
}

/** @returns `denied` if this user may not read it, undefined if it cannot be read @throws ToolError if the call was stopped */
function unread<T>(error: unknown, denied: T): T | undefined {
  if (!(error instanceof KibanaError) || error.code === "cancelled") throw error;
  return error.status === 401 || error.status === 403 ? denied : undefined;
}

/** A row that does not fit is left out: it says nothing of the others. */
function readSpec(body: unknown): ConnectorSpec[] {
  const { data } = Row.safeParse(body);
  if (!data) return [];
  const { metadata, schema, actions } = data;
  return [
    {
      id: metadata.id,
      name: metadata.display_name ?? metadata.displayName ?? metadata.id,
      description: metadata.description ?? undefined,
      license: metadata.minimum_license ?? metadata.minimumLicense ?? "",
      preview: metadata.is_technical_preview ?? metadata.isTechnicalPreview ?? false,
      schema,
      testable: data.is_testable ?? false,
      inboundOnly: data.is_inbound_only ?? false,
      actions: actions
        ? Object.fromEntries(
            Object.entries(actions).map(([name, { description, input }]) => [name, { description: description ?? undefined, input }]),
          )
        : undefined,
    },
  ];
}
