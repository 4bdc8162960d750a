import { describe, expect, inject, onTestFinished, test } from "vitest";
import { look, readAndApprove, refuse } from "../pages/form.ts";
import { type Agent, type FormAnswer, type Person, type Run, runAgent } from "./agent.ts";
import type { Step } from "./models/script.ts";
import { readAnswer } from "./read-answer.ts";
import { callsIn, questionsIn, startWorld } from "./world.ts";

const unused = { ids: ["ops-slack-2"] };
const deleting =
  (more: Record<string, unknown> = {}): Step =>
  () => ({ call: "safe_delete_connector", args: { ...unused, ...more } });

/** The person opens the page that the last answer offers and decides there; the model repeats its call with the id. */
const onPage =
  (decide: (url: string) => Promise<unknown>): Step =>
  async (results) => {
    const { confirm } = readAnswer(results.at(-1) ?? "");
    expect(confirm, results.at(-1)).toMatchObject({ id: expect.any(String), url: expect.any(String) });
    expect((await look(confirm.url)).html).toContain("ops-slack-2");
    await decide(confirm.url);
    return { call: "safe_delete_connector", args: { ...unused, confirm: confirm.id } };
  };

/** What a host's own code answers at once, although nobody looked. */
const nobody: FormAnswer[] = [
  { action: "cancel" },
  { action: "decline" },
  { action: "accept", content: {} },
  { action: "accept", content: { confirm: true } },
];

/** A person, who reads before they answer. */
const reads = (answer: FormAnswer): Person => ({ answer, afterMs: 1_200 });

/** What each agent can do with the built server: read, change something with a person, and learn the truth without one. */
export function agentTests(agents: readonly Agent[]): void {
  for (const agent of agents) {
    const installed = inject("clients")[agent.name];
    const folder = installed && "folder" in installed ? installed.folder : undefined;
    describe.skipIf(folder === undefined)(agent.name, () => {
      const started = async (steps: Step[], { serverArgs, ...more }: Partial<Run> & { serverArgs?: string[] } = {}) => {
        const world = await startWorld(serverArgs);
        const ran = await runAgent({ agent, installed: folder ?? "", world, steps, ...more });
        onTestFinished(({ task }) => {
          if (task.result?.state === "fail")
            process.stderr.write(`${agent.name} said: ${ran.stdout.slice(0, 500)}\n${ran.stderr.slice(0, 500)}\n`);
        });
        expect(ran.failures).toEqual([]);
        return {
          ...ran,
          world,
          /** The answers as the model read them. */
          get answers() {
            return (ran.told.at(-1)?.results ?? []).map(readAnswer);
          },
          questions: questionsIn(world.passed()),
        };
      };

      test("shows the model every tool, and the rows of list_connectors; what the model says comes out", async () => {
        const { told, answers, stdout, code } = await started([() => ({ call: "list_connectors", args: {} })]);
        const names = told[0]?.tools.map(({ name }) => name) ?? [];
        for (const tool of ["describe_deployment", "create_connector", "safe_delete_connector", "undo_change"])
          expect(names.some((name) => name.endsWith(tool))).toBe(true);
        expect(answers[0].connectors.map(({ id }: { id: string }) => id)).toContain("ops-slack-2");
        expect([code, stdout.includes("ops-slack-2")]).toEqual([0, true]);
      });

      test("deletes once the person approved on the page", async () => {
        const { answers, world } = await started([deleting(), onPage(readAndApprove)]);
        expect(answers[1]).toMatchObject({ status: "done" });
        expect(await world.connectors()).not.toContain("ops-slack-2");
        expect(await world.journal()).toContain('"consent":"page"');
      });

      test("deletes nothing when the person refused on the page, and the model hears that it was the person", async () => {
        const { answers, world } = await started([deleting(), onPage(refuse)]);
        expect(answers[1]).toMatchObject({ status: "declined", message: expect.stringContaining("The person declined") });
        expect(await world.connectors()).toContain("ops-slack-2");
      });

      const deletesByForm = async () => {
        const { answers, questions, world } = await started([deleting()], {
          person: reads({ action: "accept", content: { confirm: true } }),
        });
        expect(answers[0]).toMatchObject({ status: "done" });
        expect(questions).toMatchObject([{ action: "accept", message: expect.stringContaining("ops-slack-2") }]);
        expect(await world.connectors()).not.toContain("ops-slack-2");
        expect(await world.journal()).toContain('"consent":"form"');
      };
      const keepsByForm = async () => {
        const { answers, world } = await started([deleting()], { person: reads({ action: "decline" }) });
        expect(answers[0]).toMatchObject({ status: "declined", message: expect.stringContaining("The person declined") });
        expect(await world.connectors()).toContain("ops-slack-2");
      };
      if (agent.forms === "host") {
        test("deletes once the person said yes in the host's form", deletesByForm);
        test("deletes nothing when the person said no in the host's form, and the model hears that it was the person", keepsByForm);
      }

      const byItself: [how: string, person: FormAnswer | undefined][] =
        agent.forms === "host" ? nobody.map((answer) => [`, and its host answers ${JSON.stringify(answer)}`, answer]) : [["", undefined]];
      test.each(byItself)("is told the truth where nobody can be asked%s", async (_how, answer) => {
        const { answers, questions, world } = await started([deleting(), deleting()], answer ? { person: { answer, afterMs: 0 } } : {});
        for (const { action, ms } of questions) process.stdout.write(`client ${agent.name}: ${action} by itself after ${ms} ms\n`);
        const asks = agent.forms !== "none";
        expect(await world.connectors()).toContain("ops-slack-2");
        // Asked once: the second call goes straight to the page.
        expect(questions.map(({ action }) => action)).toEqual(asks ? [answer?.action ?? agent.forms] : []);
        for (const told of answers) {
          expect(told).toMatchObject({
            status: "confirmation_needed",
            message: expect.stringContaining("Nothing was written"),
            confirm: { id: expect.any(String), url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/) },
          });
        }
        if (asks) {
          expect(answers[0].message).toMatch(/nobody (saw|has seen|may have seen)|not have seen/i);
          expect(answers[0].message).toMatch(/chat|conversation/i);
        }
        expect(answers[1].confirm.url).toBe(answers[0].confirm.url);
        // The page lives as long as the server, which goes with its client.
        await expect(fetch(answers[0].confirm.url)).rejects.toThrow();
      });

      test("with --confirm token is asked nothing: the model shows the plan and repeats the call", async () => {
        const again: Step = (results) => {
          const { id } = readAnswer(results[0] ?? "").confirm;
          return { call: "safe_delete_connector", args: { ...unused, confirm: id } };
        };
        const person = reads({ action: "cancel" });
        const { answers, questions, world } = await started([deleting(), again], {
          serverArgs: ["--confirm", "token"],
          ...(agent.forms === "host" ? { person } : {}),
        });
        expect(questions).toEqual([]);
        expect(answers).toMatchObject([{ status: "confirmation_needed" }, { status: "done" }]);
        expect(answers[0].confirm).not.toHaveProperty("url");
        expect(await world.journal()).toContain('"consent":"token"');
      });

      const waitsForApproval = async () => {
        const { world, questions } = await started([deleting()], { approved: false });
        expect([callsIn(world.passed(), "safe_delete_connector"), questions]).toEqual([[], []]);
      };
      if (agent.hasApprovals)
        test("changes nothing before its own approval is given, which is apart from the server's question", waitsForApproval);
    });
  }
}
