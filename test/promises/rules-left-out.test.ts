import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { startServer } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";

const env = (url: string) => ({ KIBANA_URL: url, KIBANA_API_KEY: "a2V5aWQ6a2V5c2VjcmV0MTIzNDU2" });
const someTypes = [".index-threshold"];

/** The demo, behind what leaves rules of other types out as Kibana does for a key that may not read them. */
async function demo(seen: readonly string[] | "all", version = "9.5") {
  const sandbox = await startSandbox({ version });
  onTestFinished(sandbox.close);
  const isSeen = (type: string) => seen === "all" || seen.includes(type);
  const { url } = await rewritingProxy(sandbox.url, {
    answer({ path }, body) {
      if (path.includes("/alerting/rule_types")) body.splice(0, body.length, ...body.filter(({ id }: { id: string }) => isSeen(id)));
      if (!path.includes("/alerting/rules/_find") || seen === "all") return;
      body.data = body.data.filter((one: { rule_type_id: string }) => isSeen(one.rule_type_id));
      body.total = body.data.length;
    },
  });
  return url;
}

async function audited(url: string, checks: string, spaces = "default") {
  const { code, stdout } = await runCommand("audit", ["--json", "--spaces", spaces, "--checks", checks], env(url));
  const { complete, not_checked: left, findings } = JSON.parse(stdout);
  return { code, complete, left, findings };
}

async function mapped(url: string, args: Record<string, unknown>) {
  const server = await startServer({ env: env(url) });
  onTestFinished(() => server.close());
  return (await server.call("map_notifications", args)).body;
}

const byRules = "dangling_reference,notifies_nobody,params_refused,rule_key_owner,no_recovery_action";
const leftOut = expect.stringMatching(
  /^Kibana counts \d+ more references? to ".+" than were found.*: rules or cases that this key may not read/,
);

describe("rules that Kibana leaves out without a word", () => {
  test.each(["8.17", "9.5"])("are no all-clear of an audit: %s", async (version) => {
    const { code, complete, left } = await audited(await demo(someTypes, version), byRules);
    expect([code, complete]).toEqual([3, false]);
    expect(left).toEqual([expect.objectContaining({ space: "default", why: leftOut })]);
    expect(left[0].checks.sort()).toEqual(byRules.split(",").sort());
  });

  test("are not called something else in evidence", async () => {
    const { findings } = await audited(await demo([]), "failing,missing_secrets");
    const said = findings.map(({ evidence }: { evidence: string }) => evidence).join("\n");
    expect(said).toContain("a rule that this key may not read");
    expect(said).not.toContain("other than a rule");
  });

  test.each<[Record<string, unknown>]>([[{}], [{ space: "*", enabled: true, verdict: "nobody" }], [{ connector: "ops-slack" }]])(
    "are told of in a map: %j",
    async (args) => {
      const body = await mapped(await demo(someTypes), args);
      expect(body.not_seen).toContainEqual(expect.objectContaining({ what: "rules", why: leftOut }));
      expect(body.summary).toMatch(/Perhaps there are more: rules were not all seen \(not_seen\)\.$/);
    },
  );
});

describe("a key that sees all rules", () => {
  test.each(["8.17", "9.5"])("has a complete audit, of cases and queued runs too: %s", async (version) => {
    const { code, complete, left } = await audited(await demo("all", version), byRules, "default,security,team-payments");
    expect([code, complete, left]).toEqual([0, true, []]);
  });

  test.each<[Record<string, unknown>]>([
    [{}],
    [{ space: "*", enabled: true, verdict: "nobody" }],
    [{ connector: "ops-slack" }],
    [{ connector: "servicenow-itsm" }],
  ])("has a map without a word of it: %j", async (args) => {
    const body = await mapped(await demo("all"), args);
    expect(JSON.stringify(body.not_seen ?? [])).not.toContain('"rules"');
    expect(body.summary).not.toContain("Perhaps there are more");
  });
});
