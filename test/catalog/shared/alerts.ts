import type { TypeExamples } from "../type-examples.ts";
import { long, sub } from "./values.ts";

/** Opsgenie and Jira Service Management. */
export const alertExamples: Pick<TypeExamples, "accepted" | "refused"> = {
  accepted: [
    ["config", { apiUrl: "https://api.example.com" }],
    ["secrets", { apiKey: "secret" }],
    sub("createAlert", { message: "a" }),
    sub("createAlert", { message: long(131) }),
    sub("createAlert", { message: long(15000), alias: long(600) }),
    sub("createAlert", {
      message: "a message",
      alias: "an alias",
      description: "a description",
      actions: ["action1"],
      tags: ["tag1"],
      details: { keyA: "valueA" },
      entity: "an entity",
      source: "a source",
      priority: "P2",
      user: "a user",
      note: "a note",
      responders: [
        { id: "4513b7ea", type: "team" },
        { id: "aee8a0de", type: "schedule" },
      ],
      visibleTo: [
        { id: "id for team", type: "team" },
        { id: "id for user", type: "user" },
      ],
    }),
    sub("closeAlert", { alias: "123", user: "Script", source: "Lambda", note: "done" }),
  ],
  refused: [
    ["config", {}, "config.apiUrl"],
    ["secrets", {}, "secrets.apiKey"],
    [...sub("createAlert", { message: "" }), "params.subActionParams.message"],
    [...sub("createAlert", { message: "   " }), "params.subActionParams.message"],
    [...sub("createAlert", { message: long(15001) }), "params.subActionParams.message"],
    [...sub("createAlert", { message: "a", priority: "P6" }), "params.subActionParams.priority"],
    [...sub("createAlert", { message: "a", tags: Array(21).fill("t") }), "params.subActionParams.tags"],
    [...sub("createAlert", { message: "a", tags: [long(51)] }), "params.subActionParams.tags.0"],
    [...sub("createAlert", { message: "a", details: { a: 1 } }), "params.subActionParams.details.a"],
    [...sub("createAlert", { message: "a", responders: [{ id: "x", type: "dog" }] }), "params.subActionParams.responders.0.type"],
    [...sub("closeAlert", {}), "params.subActionParams.alias"],
    [...sub("closeAlert"), "params.subActionParams"],
    [...sub("close", {}), "params.subAction"],
    ["params", {}, "params.subAction"],
    ["params", { subActionParams: {} }, "params.subAction"],
  ],
};
