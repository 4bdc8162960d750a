import { createHash } from "node:crypto";
import * as z from "zod";
import { needShape, type Service } from "../conversation.ts";
import { subRequest, type Words } from "./sub-action.ts";

const taken = z.looseObject({ result: z.string(), took: z.number(), requestId: z.string() });

/** Sub-actions of Opsgenie and its successor, which differ in their path; sources: opsgenie/connector.ts, jira-service-management/connector.ts. */
function alerting(path: string, longest = Number.POSITIVE_INFINITY): Record<string, Service> {
  const send =
    (target: (alias: string) => string, body: (sub: Record<string, unknown>, alias: string) => unknown): Service =>
    async (run, ask) => {
      const sub = Object(run.params.subActionParams);
      const alias = shortened(String(sub.alias ?? ""));
      const reply = await subRequest(ask, words, {
        url: new URL(target(alias), String(run.config.apiUrl)).href,
        method: "post",
        data: body(sub, alias),
        headers: { authorization: `GenieKey ${run.secrets.apiKey}` },
      });
      needShape(run, reply, taken);
      return reply.data;
    };
  return {
    createAlert: send(
      () => path,
      (sub, alias) => ({ ...sub, message: String(sub.message).slice(0, longest), ...(alias && { alias }) }),
    ),
    closeAlert: send(
      (alias) => `${path}/${alias}/close?identifierType=alias`,
      ({ alias: _alias, ...rest }) => rest,
    ),
  };
}

export const opsgenie = alerting("v2/alerts", 130);
export const jiraServiceManagement = alerting("jsm/ops/integration/v2/alerts");

/** The service takes 512 characters. */
function shortened(alias: string): string {
  return alias.length <= 512 ? alias : `sha-${createHash("sha256").update(alias).digest("hex")}`;
}

const words: Words = (failure, { message, errors }) => {
  const main = message ?? failure.message;
  return errors === undefined || errors === null ? String(main) : `${main}: ${JSON.stringify(errors)}`;
};
