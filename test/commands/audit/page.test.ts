import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Row } from "../../../src/commands/audit/document.ts";
import { renderAuditPage } from "../../../src/commands/audit/page.ts";
import { auditDocument, manyRows, row } from "./documents.ts";
import { nastyNames } from "./nasty-names.ts";

const few = [0, 1, 2, 3, 4, 5, 6].map((n) => row(n, n < 4 ? "default" : "payments"));

/** Opening tags of the page, without the contents of style and script. */
function tags(page: string): string[] {
  const bare = page.replace(/(<style>)[\s\S]*?(<\/style>)/g, "$1$2").replace(/(<script>)[\s\S]*?(<\/script>)/g, "$1$2");
  return bare.match(/<[a-z!/][^>]*>/gi) ?? [];
}

describe("the page", () => {
  test("is one file that fetches nothing", async () => {
    const page = await renderAuditPage(auditDocument(few));
    for (const tag of tags(page)) {
      expect(tag).not.toMatch(/^<(?:link|img|iframe|object|embed|base|source|video|audio)\b/i);
      expect(tag).not.toMatch(/\s(?:src|srcset|action|formaction|style|on\w+)\s*=/i);
      expect(/\shref="([^"]*)"/.exec(tag)?.[1] ?? "#").toMatch(/^#/);
    }
    expect(page).not.toMatch(/url\(|@import/);
  });

  test("names in its policy exactly the style and the script that it contains", async () => {
    const page = await renderAuditPage(auditDocument(few));
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll("&#39;", "'") ?? "";
    const hashes = ["style", "script"].map((tag) => {
      const all = [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))];
      expect(all).toHaveLength(1);
      return `${tag}-src 'sha256-${createHash("sha256")
        .update(all[0]?.[1] ?? "")
        .digest("base64")}'`;
    });
    expect(policy.split("; ")).toEqual(["default-src 'none'", ...hashes, "base-uri 'none'", "form-action 'none'"]);
  });

  test("begins with what is broken, what will break and what is untidy, and with its source and date", async () => {
    const page = await renderAuditPage(auditDocument(few));
    const order = [
      "<h1>3 are broken now, 2 will break",
      "Everything that was asked for was checked",
      "Broken now",
      "Will break",
      "Untidy",
      "Findings by space",
    ];
    const places = order.map((part) => page.indexOf(part));
    expect(places.every((place) => place > 0)).toBe(true);
    expect([...places].sort((one, other) => one - other)).toEqual(places);
    for (const part of [
      "PROD (https://kibana.example.com)",
      "22 November 2026, 03:12 UTC",
      "7 days",
      "version 9.2.0",
      "kibana-connectors-mcp 0.1.0",
    ])
      expect(page).toContain(part);
  });

  test("shows what was not checked before everything else, and never calls the rest fine", async () => {
    const page = await renderAuditPage(
      auditDocument([], {
        complete: false,
        not_checked: [
          { space: "security", checks: ["failing", "never_run"], why: "Kibana refused <b>.", fix: "Give the key read access." },
        ],
      }),
    );
    expect(page.indexOf("Not everything was checked")).toBeLessThan(page.indexOf("In short"));
    for (const part of ["security", "Failing, Never run", "Kibana refused &lt;b&gt;.", "Give the key read access."])
      expect(page).toContain(part);
    expect(page).toContain("<h1>Nothing was found in what was checked");
    expect(page).not.toMatch(
      /Everything that was asked for was checked|There are none\.|Nothing that was checked fails|Nothing is waiting/,
    );
  });

  test("of an audit that was stopped says so", async () => {
    expect(await renderAuditPage(auditDocument(few, { complete: false, cancelled: true }))).toContain("stopped before its end");
  });

  test("marks what the baseline knew and lists what is gone", async () => {
    const page = await renderAuditPage(
      auditDocument([row(0, "default", { known: true }), row(1, "default")], {
        baseline: {
          file: "b.json",
          written_at: "2026-11-01T00:00:00.000Z",
          deployment: "x",
          other_spaces: { gone: [], left_out: [] },
          stale: [{ id: "0", check: "unused", severity: "low", space: "default", connector: "old-slack" }],
          unseen: 2,
        },
      }),
    );
    for (const part of ["1 November 2026", ">known<", "old-slack", "2 entries of the baseline could not be looked up"])
      expect(page).toContain(part);
  });
});

describe("names from Kibana", () => {
  /** In the order given, so that two pages can be compared. */
  const about = (findings: Row[]) => ({ ...auditDocument(findings), findings });
  const names = nastyNames.map((name, n) =>
    row(0, name, {
      id: String(n).padStart(16, "0"),
      connector: { id: name, name, type: name },
      rule: { id: name, name, enabled: false },
      others: [{ id: name, name, type: name }],
      evidence: name,
      next: { tool: "update_connector", args: { id: name, [name]: name }, why: name },
    }),
  );

  test("never become markup, attributes or a script, wherever they appear", async () => {
    const plainRef = { id: "a", name: "b", type: "c" };
    const harmless = names.map((one, n) => ({
      ...one,
      space: `s${n}`,
      connector: plainRef,
      rule: { id: "a", name: "b", enabled: false },
      others: [plainRef],
      evidence: "e",
      next: { tool: "update_connector", args: { id: "a" }, why: "w" },
    }));
    const skeleton = (page: string) => tags(page).map((tag) => tag.replace(/ (?:id|value|data-space)="[^"]*"/g, ""));
    const page = await renderAuditPage(
      auditDocument([], {
        ...about(names),
        deployment: { name: nastyNames.join(""), url: nastyNames.join(""), kibana_version: nastyNames[0] ?? "", sandbox: false },
      }),
    );
    const plain = await renderAuditPage(auditDocument([], about(harmless)));
    expect(skeleton(page)).toEqual(skeleton(plain));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/.exec(page)?.index).toBeUndefined();
  });

  test("of any length give a page of reasonable size", async () => {
    const page = await renderAuditPage(auditDocument(names));
    expect(page.length).toBeLessThan(150_000);
  });
});

describe("many findings", () => {
  test("are all shown up to 5,000, at less than 900 bytes each", async () => {
    const page = await renderAuditPage(auditDocument(manyRows(5000, 50)));
    expect(page.match(/<li class="finding/g)).toHaveLength(5000);
    expect(page.length).toBeLessThan(5000 * 900);
  });

  test("beyond that, only the most severe are shown, the rest is counted, and the page says so", async () => {
    const page = await renderAuditPage(auditDocument(manyRows(6000, 50)));
    expect(page.match(/<li class="finding/g)).toHaveLength(5000);
    expect(page).toContain("5,000 most severe findings out of 6,000");
    expect(page).toContain("6,000 findings by severity");
  });

  test("are collapsed, except for the worst space", async () => {
    const page = await renderAuditPage(auditDocument(manyRows(500, 24)));
    expect(page.match(/<details class="space"[^>]* open/g)).toHaveLength(1);
    expect((await renderAuditPage(auditDocument(few))).match(/<details class="space"[^>]* open/g)).toHaveLength(2);
  });
});
