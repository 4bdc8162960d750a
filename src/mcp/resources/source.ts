import type { Principal } from "../../change/principal.ts";
import type { CallContext } from "../../tools/define.ts";
import type { KeptExports } from "../../tools/exports/kept-exports.ts";
import type { ListedTool } from "../../tools/listed.ts";

/** A resource as the protocol lists it. */
export interface Resource {
  uri: string;
  name: string;
  title?: string;
  description?: string;
  mimeType?: string;
  /** Bytes. */
  size?: number;
  _meta?: Record<string, unknown>;
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
  _meta?: Record<string, unknown>;
  /** The same for everybody, with nothing from outside in it. Its words stay even where one is a secret: with one missing an app would not run. */
  fixed?: true;
}

/** What a source works with. It opens Kibana only when it needs it. */
export interface ResourceContext {
  principal: Principal;
  exports: KeptExports;
  /** The tools that this server offers: a resource shows nothing that no tool may show. */
  tools: readonly ListedTool[];
  /** The client shows apps. */
  apps: boolean;
  /** Nobody sits at the server's machine: it shows no page. */
  shared: boolean;
  /** @throws ToolError not_configured */
  open(): Promise<CallContext>;
}

/** One value of a template's variable that somebody is typing. */
export interface Typed {
  uriTemplate: string;
  variable: string;
  value: string;
  /** Variables given so far. */
  others: Record<string, string>;
}

/** One kind of resource, recognised by how its addresses begin. */
export interface ResourceSource {
  /** Such as `kibana-export://`: no other source's addresses begin like this. */
  prefix: string;
  templates: readonly ResourceTemplate[];
  /** Resources worth listing now; not everything that a template can reach. */
  list(context: ResourceContext): Promise<Resource[]>;
  /** The text at an address with this prefix; undefined if there is none. The caller removes known secrets. @throws ToolError */
  read(uri: string, context: ResourceContext): Promise<ResourceText | undefined>;
  /** Values that begin with what was typed. */
  complete(typed: Typed, context: ResourceContext): Promise<string[]>;
}
