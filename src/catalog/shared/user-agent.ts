/** How the receiver can tell a connector's requests from others (Elastic's page on connectors in Cloud). */
export const userAgentOnCloud = "On Elastic Cloud the User-Agent holds elastic (deployment:<id>) or (project:<id>).";
