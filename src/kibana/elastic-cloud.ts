import { readUrl } from "../read-url.ts";

/** Whether an address is on one of Elastic's domains for hosted deployments: only Elastic can edit their kibana.yml. */
export function isElasticCloud(url: string): boolean {
  const host = readUrl(url)?.hostname ?? "";
  return /(^|\.)(elastic-cloud\.com|cloud\.es\.io|elastic\.cloud|found\.io|found\.no|elastic\.co)$/i.test(host);
}
