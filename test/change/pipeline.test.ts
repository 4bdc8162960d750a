import { describe, expect, onTestFinished, test } from "vitest";
import { createApprovals } from "../../src/change/consent/approvals.ts";
import type { Ask } from "../../src/change/consent/ask.ts";
import { createContinuations } from "../../src/change/consent/continuation.ts";
import { planDigest } from "../../src/change/digest.ts";
import type { Journal } from "../../src/change/journal.ts";
import { createLocks } from "../../src/change/locks.ts";
import { runChange } from "../../src/change/pipeline.ts";
import type { Plan } from "../../src/change/plan.ts";
import type { Caller, Change, ChangeServices } from "../../src/change/services.ts";
import { ToolError } from "../../src/errors.ts";
import { connectKibana } from "../../src/kibana/connect.ts";
import { createTurns } from "../../src/kibana/turns.ts";
import { createLog } from "../../src/log.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import { createRedactor } from "../../src/secrets/redact.ts";
import { fakeClock } from "../support/clock.ts";
import { anybody, createOp, plan } from "../support/plan.ts";
import { kibanaSettings, settings } from "../support/settings.ts";

const full = () => Promise.reject(new ToolError("journal_unavailable", "The disk is full.", "Make room."));

/** A journal that works, except for what `broken` says. */
function fakeJournal(broken: Partial<Journal> = {}) {
  const lines: string[] = [];
  const journal: Journal = {
    ready: async () => {},
    begin: async ({ n }) => void lines.push(`begin ${n}`),
    end: async ({ n, outcome }) => void lines.push(`end ${n} ${outcome}`),
    entries: async () => ({ entries: [], passkeys: [], problems: [] }),
    notePasskeys: async () => {},
    key: async () => undefined,
    keyForRecords: async () => Buffer.alloc(32),
    lastHour: async () => ({ changes: 0, roomAt: undefined }),
    admit: async () => "admitted",
    spent: async () => false,
    close: async () => {},
    ...broken,
  };
  return { journal, lines };
}

async function pipeline({
  journal,
  ask,
  stop = new AbortController(),
}: {
  journal?: Partial<Journal>;
  ask?: Ask["confirm"];
  stop?: AbortController;
} = {}) {
  const sandbox = await startSandbox({ empty: true });
  const kibana = connectKibana(kibanaSettings({ url: sandbox.url }), 2_000, "test");
  onTestFinished(async () => {
    await kibana.close();
    await sandbox.close();
  });
  const fake = fakeJournal(journal);
  const clock = fakeClock();
  const services: ChangeServices = {
    settings: settings(),
    deployment: "TEST",
    sandbox: false,
    reader: kibana.reader,
    writer: kibana.writer,
    journal: fake.journal,
    continuations: createContinuations(clock),
    approvals: createApprovals(clock),
    digest: planDigest,
    trail: undefined,
    openPage: undefined,
    showOnce: undefined,
    endTokens: async () => {},
    passkeys: undefined,
    alone: createLocks(),
    clock,
    log: createLog("silent"),
    redactor: createRedactor().principal("tester").call(),
    undoBy: anybody,
    inFlight: { writes: 0 },
    writing: createTurns(1),
  };
  const caller: Caller = {
    principal: { name: "tester", access: "full", spaces: undefined },
    client: undefined,
    redactor: services.redactor,
    ask: {
      inRounds: false,
      returned: undefined,
      showsForms: () => ask !== undefined,
      confirm: ask ?? (async () => ({ action: "unavailable" })),
      show: async () => "unavailable",
    },
    connection: {},
    signal: stop.signal,
    reads: stop.signal,
  };
  const run = (made: Plan | (() => Promise<Plan>), more: Partial<Change> = {}) =>
    runChange(
      {
        tool: "create_connector",
        args: {},
        dryRun: false,
        confirm: undefined,
        plan: typeof made === "function" ? made : async () => made,
        report: async () => ({}),
        ...more,
      },
      caller,
      services,
    );
  const ids = async () => (await kibana.reader.connectors("default")).map(({ id }) => id);
  return { run, ids, lines: fake.lines, services };
}

const two = plan({ ops: [createOp({ id: "one", name: "One" }), createOp({ id: "two", name: "Two" })] });

describe("a journal that fails", () => {
  test("before anybody is asked stops the change there", async () => {
    let asked = 0;
    const { run, ids } = await pipeline({
      journal: { ready: full },
      ask: async () => {
        asked += 1;
        return { action: "accept" };
      },
    });
    await expect(run(plan({ consequence: "person" }))).rejects.toMatchObject({ code: "journal_unavailable" });
    expect([asked, await ids()]).toEqual([0, []]);
  });

  test("before the first write stops everything", async () => {
    const { run, ids, lines } = await pipeline({ journal: { begin: full } });
    await expect(run(two)).rejects.toMatchObject({ code: "journal_unavailable" });
    expect([await ids(), lines]).toEqual([[], []]);
  });

  test("before the second write stops the rest, and says what is done", async () => {
    const { run, ids } = await pipeline({ journal: { begin: ({ n }) => (n === 0 ? Promise.resolve() : full()) } });
    expect(await run(two)).toMatchObject({
      status: "partial",
      message: "1 of 2 done; one failed.",
      ops: [{ outcome: "done" }, { outcome: "not_done", error: "The disk is full." }],
    });
    expect(await ids()).toEqual(["one"]);
  });

  test("after a write does not deny it", async () => {
    const { run, ids } = await pipeline({ journal: { end: full } });
    const outcome = await run(plan());
    expect(outcome).toMatchObject({
      status: "done",
      warnings: [
        "The change happened, but its outcome could not be recorded: The disk is full. This server keeps it in mind and records it once it can.",
      ],
    });
    expect(await ids()).toEqual(["audit-trail"]);
  });
});

describe("a call that is aborted", () => {
  test("after the person agreed and before the first write writes nothing", async () => {
    const stop = new AbortController();
    const { run, ids, lines } = await pipeline({
      stop,
      ask: async () => {
        stop.abort();
        return { action: "accept" };
      },
    });
    await expect(run(plan({ consequence: "person" }))).rejects.toMatchObject({
      code: "cancelled",
      message: "The call was cancelled before anything was written.",
    });
    expect([await ids(), lines]).toEqual([[], []]);
  });

  test("after the first write finishes that one, starts no other, and says so", async () => {
    const stop = new AbortController();
    const { run, ids } = await pipeline({ stop, journal: { end: async () => stop.abort() } });
    expect(await run(two)).toMatchObject({ status: "partial", message: "1 of 2 done; 1 not started." });
    expect(await ids()).toEqual(["one"]);
  });
});

describe("the order of things", () => {
  test("is: recorded, written, recorded", async () => {
    const { run, lines, ids } = await pipeline({ journal: {} });
    await run(two);
    expect([lines, await ids()]).toEqual([
      ["begin 0", "end 0 done", "begin 1", "end 1 done"],
      ["one", "two"],
    ]);
  });

  test("what was shown is written, not the plan that was made again", async () => {
    const { run, ids } = await pipeline({ ask: async () => ({ action: "accept" }) });
    let made = 0;
    const again = async () => {
      made += 1;
      return plan({ consequence: "person", summary: `Plan number ${made}.` });
    };
    expect((await run(again)).status).toBe("done");
    expect([made, await ids()]).toEqual([2, ["audit-trail"]]);
  });

  test("another plan after the person was asked is shown, and not written", async () => {
    const { run, ids } = await pipeline({ ask: async () => ({ action: "accept" }) });
    let made = 0;
    const other = async () => {
      made += 1;
      return plan({ consequence: "person", ops: [createOp({ id: `id-${made}` })] });
    };
    expect(await run(other)).toMatchObject({ status: "plan_changed" });
    expect(await ids()).toEqual([]);
  });

  test("a plan that was free is not written when, after it waited for another change, a person would have to be asked", async () => {
    const { run, ids } = await pipeline();
    const flows = [{ field: "secrets.key", source: "CONNECTOR_SECRET_X", hosts: ["events.example.com"] }];
    let known = ["events.example.com"];
    const free = async () => plan({ flows, knownHosts: known });
    const first = run(plan(), {
      report: async () => {
        known = [];
        return {};
      },
    });
    const second = run(free);
    expect((await first).status).toBe("done");
    expect(await second).toMatchObject({ status: "plan_changed" });
    expect(await ids()).toEqual(["audit-trail"]);
  });

  test("places reserved for writes in progress are released, after a failure too", async () => {
    const { run, services } = await pipeline({ journal: { begin: full } });
    await run(plan()).catch(() => undefined);
    expect(services.inFlight.writes).toBe(0);
  });
});

describe("the limit of an hour", () => {
  test("counts what other calls of this process are about to write", async () => {
    const { run, ids, services } = await pipeline({ journal: { lastHour: async () => ({ changes: 58, roomAt: undefined }) } });
    services.inFlight.writes = 1;
    await expect(run(two)).rejects.toMatchObject({ code: "limit_reached" });
    services.inFlight.writes = 0;
    expect((await run(two)).status).toBe("done");
    expect(await ids()).toEqual(["one", "two"]);
  });
});
