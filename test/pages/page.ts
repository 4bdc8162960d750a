import type { ApprovalPage } from "../../src/web/page.ts";

/** A page that asks for a create. */
export function page(more: Partial<ApprovalPage> & Pick<ApprovalPage, "expiresAt">): ApprovalPage {
  return {
    kind: "approve",
    deployment: "PROD",
    sandbox: false,
    space: "default",
    summary: "Create connector.",
    things: ["create connector"],
    flows: [],
    requests: [],
    recipients: [],
    noLonger: [],
    acting: [],
    mayName: [],
    warnings: [],
    details: [],
    undo: "It can be undone.",
    fields: [],
    ...more,
  };
}
