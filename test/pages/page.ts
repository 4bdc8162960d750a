import type { Page } from "../../src/web/page.ts";

/** A page that asks for a create. */
export function page(more: Partial<Page> & Pick<Page, "expiresAt">): Page {
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
    mayName: [],
    warnings: [],
    details: [],
    undo: "It can be undone.",
    fields: [],
    ...more,
  };
}
