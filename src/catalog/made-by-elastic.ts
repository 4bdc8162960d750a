/** Types whose one connector Kibana makes and runs itself (reference/connector-types.md). A test compares the list with the entries. */
export const systemTypeIds: readonly string[] = [".cases", ".http-system", ".observability-ai-assistant", ".workflows"];

/** The id of the mail connector that Elastic Cloud brings, at whatever address it is reached. */
const cloudMail = "elastic-cloud-email";

export function isCloudMail(id: string): boolean {
  return id === cloudMail;
}

/** Whether Elastic brings preconfigured connectors of the type. */
export function bringsConnectors(type: string): boolean {
  return type === ".inference";
}
