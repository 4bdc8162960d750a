import { bringsConnectors, isCloudMail } from "../../catalog/made-by-elastic.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { isElasticCloud } from "../../kibana/elastic-cloud.ts";
import type { Status } from "../../kibana/status.ts";
import { quoted, word } from "../../plain-text.ts";

interface Where {
  status: Pick<Status, "flavour">;
  /** Kibana's address. */
  url: string;
}

/** Who runs the deployment, if no customer has access to its kibana.yml; undefined: its operator has. */
export function hostedOn({ status, url }: Where): "Serverless" | "Elastic Cloud" | undefined {
  if (status.flavour === "serverless") return "Serverless";
  return isElasticCloud(url) ? "Elastic Cloud" : undefined;
}

/** Where a preconfigured connector comes from and who can change it: the end of a sentence, a fix, and whether a kibana.yml may define it. */
export function originOf({ id, type }: Pick<Connector, "id" | "type">, where: Where): { is: string; fix: string; inKibanaYml: boolean } {
  const hosted = hostedOn(where) ?? (isCloudMail(id) ? "Elastic Cloud" : undefined);
  if (hosted && (hosted === "Serverless" || bringsConnectors(type) || isCloudMail(id)))
    return {
      is: `comes with ${hosted} and is managed by Elastic`,
      fix: "Leave it as it is; for other settings create your own connector with create_connector.",
      inKibanaYml: false,
    };
  if (hosted)
    return {
      is: `is preconfigured on ${hosted}, by Elastic or in the deployment's user settings for Kibana`,
      fix: "If it is in the deployment's user settings (xpack.actions.preconfigured), change it there; otherwise it is managed by Elastic.",
      inKibanaYml: false,
    };
  if (bringsConnectors(type))
    return {
      is: "is preconfigured, by Elastic or in kibana.yml",
      fix: "If it is in kibana.yml (xpack.actions.preconfigured), an operator changes it there; one that comes with Kibana is managed by Elastic.",
      inKibanaYml: true,
    };
  return {
    is: "is defined in kibana.yml",
    fix: "An operator changes it in xpack.actions.preconfigured in kibana.yml and restarts Kibana.",
    inKibanaYml: true,
  };
}

/** @throws ToolError preconfigured: the API changes only saved connectors */
export function assertSaved(connector: Connector, wanted: "changed" | "deleted", where: Where): void {
  if (!connector.preconfigured) return;
  const { is, fix } = originOf(connector, where);
  const how = wanted === "deleted" ? fix.replace(/^An operator changes it in/, "An operator removes it from") : fix;
  throw new ToolError(
    "preconfigured",
    `${quoted(connector.name)} (${word(connector.id)}) ${is} and cannot be ${wanted} through the API.`,
    wanted === "deleted" ? how.replace(/\.$/, "; check its rules first with get_connector.") : how,
  );
}
