import { existsSync, readdirSync, readFileSync } from "node:fs";
import { countTokens } from "gpt-tokenizer";
import { describe, expect, test } from "vitest";
import { connectorTypes } from "../../src/catalog/index.ts";
import { tools } from "../../src/tools/index.ts";

const root = "skill/kibana-connectors";
const skill = readFileSync(`${root}/SKILL.md`, "utf8");
const [, head = "", body = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(skill) ?? [];
const references = readdirSync(`${root}/references`);
const page = (name: string) => readFileSync(`${root}/references/${name}`, "utf8");
/** The generated page speaks of types, not of tools. */
const written = ["SKILL.md", ...references.filter((name) => name !== "connector-types.md").map((name) => `references/${name}`)];
const spans = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
const names = tools.map((tool) => tool.name);

describe("SKILL.md follows the rules of Agent Skills", () => {
  const fields = Object.fromEntries(
    head.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );

  test("its frontmatter has known keys of allowed length, and the folder's name", () => {
    const known = ["name", "description", "license", "compatibility", "metadata", "allowed-tools"];
    expect(Object.keys(fields).filter((key) => !known.includes(key))).toEqual([]);
    expect(fields.name).toBe(root.split("/").at(-1));
    expect(fields.name).toMatch(/^(?!-)(?!.*--)[a-z0-9-]{1,64}(?<!-)$/);
    expect(fields.description?.length).toBeGreaterThan(50);
    expect(fields.description?.length).toBeLessThanOrEqual(1024);
    expect(fields.description).toMatch(/Use when/);
    expect(fields.compatibility?.length).toBeLessThanOrEqual(500);
  });

  test("its body is below 500 lines and 5,000 tokens", () => {
    expect(body.split("\n").length).toBeLessThan(500);
    expect(countTokens(body)).toBeLessThan(5000);
  });

  test("it links every page of its references, and these lie one level deep", () => {
    const linked = [...body.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? "");
    for (const target of linked) expect(existsSync(`${root}/${target}`), target).toBe(true);
    expect([...new Set(linked)].sort()).toEqual(references.map((name) => `references/${name}`).sort());
    for (const name of references) {
      expect(name).toMatch(/^[a-z-]+\.md$/);
      expect([...page(name).matchAll(/\]\((?!https?:)([^)]+)\)/g)].map((match) => match[1])).toEqual([]);
    }
  });
});

describe("what the skill names exists", () => {
  const properties = new Set(tools.flatMap((tool) => Object.keys(tool.input.shape)).concat(["dry_run", "confirm"]));

  test.each(written)("tools and prompts in %s", (name) => {
    const text = readFileSync(`${root}/${name}`, "utf8");
    const named = spans(text).filter((span) =>
      /^(?!no_change|elasticstack)[a-z]+(?:_[a-z]+)*_(?:connectors?|connector_types|changes?|deployment)$/.test(span),
    );
    for (const tool of named) expect(names, tool).toContain(tool);
  });

  test("SKILL.md leaves no tool out", () => {
    for (const name of names) expect(body, name).toContain(`\`${name}\``);
  });

  test("arguments that SKILL.md writes out, as `name: value`, are arguments of a tool", () => {
    const written = spans(body).flatMap((span) => /^([a-z_]+): /.exec(span)?.[1] ?? []);
    expect(written.length).toBeGreaterThan(5);
    for (const argument of written) expect([...properties], argument).toContain(argument);
  });

  test("values of `include` are those that the tool takes", () => {
    const shape = JSON.stringify(tools.find(({ name }) => name === "get_connector")?.input.toJSONSchema());
    for (const name of written) {
      const text = readFileSync(`${root}/${name}`, "utf8");
      for (const [, list = ""] of text.matchAll(/`include: \[([^\]]+)\]`/g)) {
        for (const value of list.split(",").map((one) => one.trim())) expect(shape, `${name}: ${value}`).toContain(value);
      }
    }
  });

  test("types, as `.slack`, are in the catalogue or among the single-file ones", async () => {
    const ids = (await connectorTypes()).map(({ id }) => id).join(" ") + readFileSync("src/catalog/spec-types.json", "utf8");
    for (const name of written) {
      for (const span of spans(readFileSync(`${root}/${name}`, "utf8")).filter((one) => /^\.[a-z][\w-]+$/.test(one))) {
        expect(ids, `${name}: ${span}`).toContain(span);
      }
    }
  });
});

describe("troubleshooting", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts") && !/^sandbox/.test(path));
  const source = files.map((path) => readFileSync(`src/${path}`, "utf8"));
  const rows = page("troubleshooting.md")
    .split("## A test fails")[0]
    ?.split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => spans(line.split(" | ")[0] ?? ""));

  test("every text that it quotes is in the code, in the same place and order", () => {
    expect(rows?.length).toBeGreaterThan(20);
    for (const quoted of rows ?? []) {
      const parts = quoted.split("…").filter((part) => part.length > 0);
      expect(parts.join("").length, quoted).toBeGreaterThan(8);
      const found = source.some((text) => text.split("\n").some((line) => inOrder(line, parts)));
      expect(found, quoted).toBe(true);
    }
  });

  function inOrder(line: string, parts: string[]): boolean {
    let at = 0;
    return parts.every((part) => {
      const found = line.indexOf(part, at);
      at = found + part.length;
      return found >= 0;
    });
  }
});
