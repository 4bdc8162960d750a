/** How requests of a connector are told from others at their receiver (Elastic's page on connectors in Cloud). */
export const userAgentOnCloud =
  "On Elastic Cloud requests carry elastic (deployment:<id>), on Serverless elastic (project:<id>), in their User-Agent: look for it in the receiver's logs.";
