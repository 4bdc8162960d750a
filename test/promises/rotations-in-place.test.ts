import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { approve } from "../pages/form.ts";
import { freshFolder } from "../support/folder.ts";
import { accepts, type ProductOptions, product } from "../support/product.ts";
import { references } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;

const [first, second] = ["Aq81-jf92-zzQ0-0aPl", "Bq81-jf92-zzQ0-0aPl"];
const { env: all } = references({ pd: first, alias: first, other: "c".repeat(32), u: "hook-user-one", short: "abc1234" });
const named = (name: string) => ({ $env: `CONNECTOR_SECRET_${name}` });
const key = (name: string) => ({ routingKey: named(name) });
const file = { routingKey: { $file: "pd-key" } };
const typed = { routingKey: { $ask: true } };
const stays = "has the value that this server stored there last: the old secret stays.";
const earlier = "secrets.routingKey: CONNECTOR_SECRET_PD takes the place of an earlier value of CONNECTOR_SECRET_PD, which";

async function started({ settings, ...more }: ProductOptions = {}) {
  const secretDir = `${await freshFolder()}/secrets`;
  await mkdir(secretDir, { mode: 0o700, recursive: true });
  const fill = (value: string) => writeFile(`${secretDir}/pd-key`, `${value}\n`, { mode: 0o600 });
  await fill(`${first}f`);
  const env: Record<string, string> = { ...all };
  const made = await product({ person: accepts, env, sandbox: { empty: true }, settings: { secretDir, ...settings }, ...more });
  /** The operator gives a variable another value, as after a restart. */
  const renew = (value = second, name = "PD") => {
    env[`CONNECTOR_SECRET_${name}`] = value;
  };
  /** What is said of it, in the answer and in the question. */
  const done = async (tool: string, args: Args, value?: string) => {
    const asked = made.questions.length;
    let { body } = await made.call(tool, args);
    if (body.status === "needs_confirmation" || body.confirm?.url !== undefined) {
      await approve(body.confirm.url, value === undefined ? {} : { "secrets.routingKey": value });
      ({ body } = await made.call(tool, { ...args, confirm: body.confirm.id }));
    }
    expect(body.status, JSON.stringify(body)).toBe("done");
    const question = made.questions.slice(asked).map(({ message }) => message);
    return { ...body, said: (body.warnings ?? []).join(" "), question: question.join(" ") };
  };
  const create = (id: string, secrets: Args, value?: string) =>
    done("create_connector", { id, name: id, type: ".pagerduty", secrets }, value);
  const rotate = (id: string, secrets: Args, value?: string) => done("update_connector", { id, secrets }, value);
  const undo = async (change: string, secrets?: Args) => (await made.call("undo_change", { change, ...(secrets && { secrets }) })).body;
  /** As an older version wrote it, for example. */
  const rewrite = async (line: (text: string) => string) => {
    for (const name of (await readdir(made.journalDir)).filter((one) => one.endsWith(".jsonl"))) {
      const path = `${made.journalDir}/${name}`;
      await writeFile(path, (await readFile(path, "utf8")).split("\n").map(line).join("\n"));
    }
  };
  /** Of the same length: the server reads on from where it was. */
  const withoutDigests = () => rewrite((text) => text.replace('"digests":{"key"', '"unknown":{"key"'));
  return { ...made, fill, renew, done, create, rotate, undo, withoutDigests };
}

describe("a rotation that stores the very value that is there says that the old secret stays", () => {
  test.each<[string, Args, string]>([
    ["by the same variable", key("PD"), "CONNECTOR_SECRET_PD"],
    ["by the same file", file, "file pd-key"],
  ])("%s, and one to a new value does not", async (_how, secrets, name) => {
    const { create, rotate, renew, fill } = await started();
    await create("a", secrets);
    const again = await rotate("a", secrets);
    for (const text of [again.said, again.question]) expect(text).toContain(`secrets.routingKey: ${name} ${stays}`);
    renew();
    await fill(second);
    const real = await rotate("a", secrets);
    for (const text of [real.said, real.question])
      expect([text, text]).toEqual([
        expect.stringContaining(`takes the place of an earlier value of ${name}`),
        expect.not.stringContaining("stays"),
      ]);
  });

  test("typed by a person, and typed over a reference", async () => {
    const { create, rotate } = await started();
    await create("a", typed, first);
    expect((await rotate("a", typed, first)).said).toContain(`secrets.routingKey: what a person typed ${stays}`);
    expect((await rotate("a", typed, second)).said).not.toContain("the old secret stays");
    await create("b", key("PD"));
    expect((await rotate("b", typed, first)).said).toMatch(
      /takes the place of CONNECTOR_SECRET_PD, .* Both have the same value: the old secret stays\./,
    );
  });

  test("by another variable, although the first has another value since", async () => {
    const { create, rotate, renew } = await started();
    await create("a", key("PD"));
    renew();
    expect((await rotate("a", key("ALIAS"))).said).toMatch(
      /CONNECTOR_SECRET_ALIAS takes the place of an earlier value of CONNECTOR_SECRET_PD, .* Both have the same value: the old secret stays\./,
    );
    expect((await rotate("a", key("PD"))).said).not.toContain("stays");
  });

  test("of one of two fields", async () => {
    const { done, renew } = await started();
    const config = { url: "https://a.example.com/x", method: "post", hasAuth: true, authType: "webhook-authentication-basic" };
    const secrets = { user: named("U"), password: named("PD") };
    await done("create_connector", { id: "w", name: "w", type: ".webhook", config, secrets });
    renew();
    const { said } = await done("update_connector", { id: "w", secrets });
    expect(said).toContain(`secrets.user: CONNECTOR_SECRET_U ${stays}`);
    expect(said).toContain("secrets.password: CONNECTOR_SECRET_PD takes the place of an earlier value of CONNECTOR_SECRET_PD");
  });

  test("what gives it again for something else says nothing, unless it has another value by now", async () => {
    const { create, done, renew } = await started();
    await create("a", key("PD"));
    expect((await done("update_connector", { id: "a", name: "A", secrets: key("PD") })).said).not.toMatch(/stays|takes the place/);
    renew();
    expect((await done("update_connector", { id: "a", name: "B", secrets: key("PD") })).said).toContain(earlier);
    expect((await done("update_connector", { id: "a", name: "C", secrets: key("PD") })).said).not.toMatch(/stays|takes the place/);
  });

  test("a short value is anybody's: nothing is said of it", async () => {
    const { create, rotate, journal } = await started();
    await create("a", key("SHORT"));
    expect((await rotate("a", key("SHORT"))).said).not.toContain("stays");
    expect(await journal()).not.toContain('"digests"');
  });

  test("plain text is compared with nothing: a caller could try out what others stored", async () => {
    const { create, rotate, call } = await started({ settings: { literalSecrets: "warn" } });
    await create("a", typed, first);
    for (const routingKey of [first, second]) {
      const { body } = await call("update_connector", { id: "a", secrets: { routingKey }, dry_run: true });
      expect([body.status, JSON.stringify(body)]).toEqual(["planned", expect.not.stringMatching(/same value|stays\.|former/)]);
    }
    expect((await rotate("a", typed, first)).said).toContain(stays);
  });
});

describe("a rotation by the same variable, which has a new value", () => {
  test("names the copies that hold the old one, and those no more that have the new one", async () => {
    const { create, rotate, renew } = await started();
    for (const id of ["b", "c"]) await create(id, key("PD"));
    await create("t", typed, first);
    renew();
    const copies = /stored the same secret in (.*) too: what/;
    expect(copies.exec((await rotate("b", key("PD"))).said)?.[1]).toMatch(
      /^c in default \([-\d]+\), t in default \([-\d]+, typed by a person, with the same value\)$/,
    );
    expect(copies.exec((await rotate("c", key("PD"))).said)?.[1]).toMatch(/^t in default/);
    const last = await rotate("t", key("PD"));
    expect([last.said, last.said]).toEqual([
      expect.stringContaining("takes the place of what a person typed"),
      expect.not.stringMatching(copies),
    ]);
    const again = await rotate("b", key("PD"));
    expect([again.said, again.said]).toEqual([expect.stringContaining(stays), expect.not.stringMatching(copies)]);
  });

  test("makes the old value a former secret, and the new one none", async () => {
    const { create, rotate, renew } = await started();
    await create("a", key("PD"));
    renew();
    await rotate("a", key("PD"));
    const former = "is a former secret: this server put CONNECTOR_SECRET_PD in its place in a";
    expect((await create("b", key("ALIAS"))).said).toContain(`secrets.routingKey: CONNECTOR_SECRET_ALIAS ${former}`);
    expect((await create("t", typed, first)).said).toContain(`secrets.routingKey: what a person typed ${former}`);
    const fresh = await create("c", key("PD"));
    expect([fresh.said, fresh.asked]).toEqual([expect.not.stringContaining("former"), expect.not.stringMatching(/^form$/)]);
    renew(first);
    expect((await create("d", key("PD"))).said).toContain(
      "CONNECTOR_SECRET_PD is a former secret: this server put another value in its place in a",
    );
  });

  test("a former one that has another value since is none, and may be proposed", async () => {
    const { create, rotate, renew, done, call } = await started();
    await create("a", key("PD"));
    await rotate("a", key("OTHER"));
    await done("safe_delete_connector", { ids: ["a"] });
    const wanted = { id: "pd", name: "PD", type: ".pagerduty" };
    expect((await call("create_connector", wanted)).body.detail.secret_names).toBeUndefined();
    renew();
    expect((await call("create_connector", wanted)).body.detail.secret_names).toEqual(["CONNECTOR_SECRET_PD"]);
    expect((await create("b", key("PD"))).said).not.toContain("former");
  });

  test("is told of a copy that gets it, where the original has the old one", async () => {
    const { create, renew, call } = await started();
    await create("a", key("PD"));
    const copy = async () => (await call("create_connector", { name: "Copy", from: { id: "a" }, secrets: key("PD"), dry_run: true })).body;
    const other = "CONNECTOR_SECRET_PD has another value now than this server stored in the original.";
    expect(JSON.stringify(await copy())).not.toContain(other);
    renew();
    expect(JSON.stringify(await copy())).toContain(other);
  });

  test("is undone by that variable once it has the old value again, and not before", async () => {
    const { create, rotate, renew, undo } = await started();
    await create("a", key("PD"));
    renew();
    const { change } = await rotate("a", key("PD"));
    expect((await undo(change)).detail).toMatchObject({ older_value_of: key("PD") });
    expect(await undo(change, key("PD"))).toMatchObject({ code: "secret_refused" });
    renew(first);
    const { detail } = await undo(change);
    expect([detail.stored_last, detail.older_value_of]).toEqual([key("PD"), undefined]);
    const undone = await undo(change, key("PD"));
    expect([undone.status, JSON.stringify(undone.warnings)]).toEqual(["done", expect.not.stringContaining("former")]);
  });

  test("is undone by another one with the old value, and not by one with the new value", async () => {
    const { create, rotate, renew, undo } = await started();
    await create("a", key("PD"));
    renew();
    const { change } = await rotate("a", key("PD"));
    renew(second, "OTHER");
    expect(await undo(change, key("OTHER"))).toMatchObject({
      code: "secret_refused",
      message: expect.stringContaining("CONNECTOR_SECRET_OTHER is what this change itself stored in routingKey"),
    });
    const undone = await undo(change, key("ALIAS"));
    expect([undone.status, undone.warnings.join(" ")]).toEqual([
      "done",
      expect.stringContaining(
        "stored what CONNECTOR_SECRET_PD held then there, and this stores CONNECTOR_SECRET_ALIAS; both have the same value.",
      ),
    ]);
  });

  test("that changed nothing is undone by what it stored", async () => {
    const { create, rotate, undo } = await started();
    await create("a", key("PD"));
    const { change } = await rotate("a", key("PD"));
    expect((await undo(change)).detail.stored_last).toEqual(key("PD"));
    expect((await undo(change, key("PD"))).status).toBe("done");
  });

  test("with a lost answer leaves either value, and repeated tells both", async () => {
    const { create, rotate, renew, call, fault } = await started({ settings: { timeout: 250 } });
    for (const id of ["a", "b"]) await create(id, key("PD"));
    renew();
    await fault("timeout_before", { method: "PUT", path: "/api/actions/connector/" });
    expect((await call("update_connector", { id: "a", secrets: key("PD") })).body.status).toBe("unknown");
    const { said } = await rotate("a", key("PD"));
    expect(said).toContain(
      "CONNECTOR_SECRET_PD takes the place of an earlier value of CONNECTOR_SECRET_PD or CONNECTOR_SECRET_PD (not known",
    );
    expect(said).toContain("the same secret in b in default");
    expect((await rotate("a", key("PD"))).said).toContain(stays);
    await fault("timeout_before", { method: "PUT", path: "/api/actions/connector/" });
    expect((await call("update_connector", { id: "a", secrets: key("OTHER") })).body.status).toBe("unknown");
    renew(second, "ALIAS");
    expect((await rotate("a", key("ALIAS"))).said).toMatch(
      /takes the place of .* no clear answer\), with the same value as CONNECTOR_SECRET_PD\./,
    );
  });
});

describe("where the journal has no digest that can be compared", () => {
  const lost: [string, (made: Awaited<ReturnType<typeof started>>) => Promise<void>][] = [
    ["an older version wrote it", ({ withoutDigests }) => withoutDigests()],
    ["its key was lost", ({ journalDir }) => rm(`${journalDir}/key`)],
    ["its key cannot be used", ({ journalDir }) => writeFile(`${journalDir}/key`, "short")],
  ];
  test.each(lost)("%s: references are compared, and nothing is said that is not known", async (_why, change) => {
    const made = await started();
    const { create, rotate, renew } = made;
    for (const id of ["a", "b", "c"]) await create(id, key("PD"));
    await change(made);
    const same = await rotate("a", key("PD"));
    expect([same.said, same.said]).toEqual([
      expect.not.stringMatching(/old secret stays|earlier value/),
      expect.stringContaining("the same secret in"),
    ]);
    renew();
    const real = await rotate("b", key("PD"));
    expect([real.said, real.said]).toEqual([expect.not.stringMatching(/stays\.|earlier value/), expect.stringContaining("c in default")]);
    const other = await rotate("b", key("OTHER"));
    expect(other.said).toContain("c in default");
  });
});

test("the digests are in the journal alone, under its key, and are no values", async () => {
  const auditConnector = { space: "default", id: "trail" };
  const { create, rotate, call, bare, deliveries, journal, journalDir } = await started({ settings: { auditConnector } });
  await bare("POST", "/api/actions/connector/trail", { name: "Trail", connector_type_id: ".index", config: { index: "trail" } });
  const inJournal = async () => {
    const found = (await journal()).matchAll(/"digests":\{"key":"([^"]+)","values":\{"routingKey":"([^"]+)"\}\}/g);
    return [...found].map(([, under = "", digest = ""]) => ({ under, digest }));
  };
  await create("a", key("PD"));
  await create("t", typed, first);
  const [one, same] = await inJournal();
  expect([same, await journal()]).toEqual([one, expect.not.stringContaining(first)]);
  const shown = JSON.stringify([await rotate("a", key("PD")), (await call("list_changes", { detail: true })).body]);
  const sent = JSON.stringify(await deliveries());
  expect(sent).toContain("CONNECTOR_SECRET_PD");
  for (const text of Object.values(one ?? {})) expect(shown + sent).not.toContain(text);
  await rm(`${journalDir}/key`);
  await create("b", key("PD"));
  const other = (await inJournal()).at(-1);
  expect([other?.under === one?.under, other?.digest === one?.digest, other?.digest]).toEqual([false, false, expect.any(String)]);
});
