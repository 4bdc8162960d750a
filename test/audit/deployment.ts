import { type ProductOptions, product } from "../support/product.ts";

/** A product on an empty sandbox, with short ways to fill it through Kibana's own API. */
export async function emptyDeployment(options: ProductOptions = {}) {
  const made = await product({ ...options, sandbox: { empty: true, spaces: ["web", "soc"], ...options.sandbox } });
  const inSpace = (space: string) => (space === "default" ? "" : `/s/${space}`);
  const post = async (space: string, path: string, body: object, headers?: Record<string, string>) =>
    JSON.parse((await made.bare("POST", `${inSpace(space)}${path}`, body, headers)) || "null");
  return {
    ...made,
    async connector(space: string, id: string, type: string, name: string, config: object = {}, secrets: object = {}) {
      await post(space, `/api/actions/connector/${id}`, { name, connector_type_id: type, config, secrets });
      return id;
    },
    /** An import as people move saved objects: without their secrets. */
    async imported(space: string, id: string, type: string, name: string, isMissingSecrets: boolean) {
      const line = { type: "action", id, attributes: { actionTypeId: type, name, config: {}, isMissingSecrets } };
      const file = new FormData();
      file.append("file", new Blob([JSON.stringify(line)]), "export.ndjson");
      await post(space, "/api/saved_objects/_import?overwrite=true", file);
    },
    async rule(space: string, id: string, actions: object[], more: object = {}, headers?: Record<string, string>) {
      const body = {
        name: `Rule ${id}`,
        rule_type_id: ".es-query",
        consumer: "stackAlerts",
        schedule: { interval: "5m" },
        actions,
        ...more,
      };
      await post(space, `/api/alerting/rule/${id}`, body, headers);
      return id;
    },
    remove: (space: string, id: string) => made.bare("DELETE", `${inSpace(space)}/api/actions/connector/${id}`),
    execute: (space: string, id: string, params: object) => post(space, `/api/actions/connector/${id}/_execute`, { params }),
    /** All findings, page after page. */
    async findings(args: Record<string, unknown> = {}) {
      const rows: { id: string; check: string; severity: string; space: string; connector?: string; rule?: string; evidence: string }[] =
        [];
      let cursor: string | undefined;
      do {
        const { body } = await made.call("audit_connectors", { ...args, ...(cursor && { cursor }) });
        rows.push(...body.findings);
        cursor = body.cursor;
      } while (cursor);
      return rows;
    },
  };
}

const frequency = { summary: false, notify_when: "onActionGroupChange", throttle: null };
export const act = (id: string, group: string, params: object, more: object = {}) => ({ id, group, params, frequency, ...more });
export const key = "{{rule.id}}:{{alert.id}}";
export const fires = "query matched";

export const routing = { routingKey: "0123456789abcdef0123456789abcdef" };
export const login = { user: "kibana", password: "geheim-und-lang" };
export const withoutAuth = { hasAuth: false, authType: null };
/** The config of a webhook; with a password unless `more` says otherwise. */
export const hook = (url: string, more: object = {}) => ({
  url,
  method: "post",
  headers: null,
  hasAuth: true,
  authType: "webhook-authentication-basic",
  ...more,
});
export const eachRun = { frequency: { summary: false, notify_when: "onActiveAlert", throttle: null } };
