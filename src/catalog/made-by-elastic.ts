/** The id of the mail connector that Elastic Cloud brings, at whatever address it is reached. */
const cloudMail = "elastic-cloud-email";

export function isCloudMail(id: string): boolean {
  return id === cloudMail;
}

/** Whether Elastic brings preconfigured connectors of the type. */
export function bringsConnectors(type: string): boolean {
  return type === ".inference";
}
