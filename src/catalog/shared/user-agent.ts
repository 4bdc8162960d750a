/** How requests of a connector are told from others at their receiver (Elastic's page on connectors in Cloud). */
export const userAgentOnCloud = "On Elastic Cloud the User-Agent holds elastic (deployment:<id>) or (project:<id>).";
