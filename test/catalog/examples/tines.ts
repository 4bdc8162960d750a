import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".tines",
  accepted: [
    ["config", { url: "https://tenant.tines.com" }],
    ["secrets", { email: "bob@example.com", token: "t" }],
    sub("stories", {}),
    sub("webhooks", { storyId: "7" }),
    sub("run", { webhook: { id: 1, name: "n", storyId: 2 }, body: "{}" }),
    sub("run", { webhook: { id: 1, name: "n", storyId: 2, path: "p", secret: "s" }, body: "{}" }),
    sub("test", { webhookUrl: "https://tenant.tines.com/webhook/a/b", body: "{}" }),
  ],
  refused: [
    ["config", {}, "config.url"],
    ["secrets", { email: "bob@example.com" }, "secrets.token"],
    [...sub("webhooks", {}), "params.subActionParams.storyId"],
    [...sub("run", {}), "params.subActionParams.body"],
    [...sub("run", { body: "{}", webhook: { id: "x", name: "n", storyId: 1 } }), "params.subActionParams.webhook.id"],
  ],
  stored: [
    {
      way: "token",
      config: { url: "https://tenant.tines.com" },
      secrets: { email: "a@example.com", token: "stored" },
      patch: { url: "https://other.tines.com" },
    },
  ],
};
