import type { Principal } from "../../change/principal.ts";
import type { CallContext } from "../../tools/define.ts";
import type { KeptExports } from "../../tools/exports/kept-exports.ts";
import type { ListedTool } from "../../tools/listed.ts";

/** What a client may read at an address of its own, as the protocol lists it. */
export interface Resource {
  uri: string;
  name: string;
  title?: string;
  description?: string;
  mimeType?: string;
  /** Bytes. */
  size?: number;
}

/** An address with variables in braces. */
export interface ResourceTemplate {
  uriTemplate: string;
  name: string;
  title?: string;
  description?: string;
  mimeType?: string;
}

/** A resource's text. */
export interface ResourceText {
  mimeType: string;
  text: string;
}

/** What a source works with. Kibana is opened by those that need it, when they need it. */
export interface ResourceContext {
  principal: Principal;
  exports: KeptExports;
  /** Those that this server offers: what no tool shows, no resource does. */
  tools: readonly ListedTool[];
  /** @throws ToolError not_configured */
  open(): Promise<CallContext>;
}

/** One value of a template's variable that somebody is typing. */
export interface Typed {
  uriTemplate: string;
  variable: string;
  value: string;
  /** Variables that stand already. */
  others: Record<string, string>;
}

/** One family of resources, known by how its addresses begin. */
export interface ResourceSource {
  /** `kibana-export://`: no other source's addresses begin so. */
  prefix: string;
  templates: readonly ResourceTemplate[];
  /** What is there now and is worth listing; not everything that a template reaches. */
  list(context: ResourceContext): Promise<Resource[]>;
  /** The text at an address with this prefix; undefined where there is none. Secrets that are known are taken out by the caller. @throws ToolError */
  read(uri: string, context: ResourceContext): Promise<ResourceText | undefined>;
  /** Values that begin with what was typed. */
  complete(typed: Typed, context: ResourceContext): Promise<string[]>;
}
