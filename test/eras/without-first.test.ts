import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { freshFolder } from "../support/folder.ts";
import { connectSecond, pinned, stdioTransport } from "../support/second-client.ts";

/** The line that loads the first era, and what it becomes when the support of its SDK ends. */
const before = 'const first = { stdio: () => import("./first/stdio.ts"), http: () => import("./first/http.ts") };';
const after = "const first = second;";

test("without the first SDK's folder and the one line that loads it, all else compiles, builds and serves the second era", async () => {
  const copy = await freshFolder();
  for (const part of ["src", "scripts", "skill", "package.json", "tsconfig.json"]) cpSync(part, join(copy, part), { recursive: true });
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
  rmSync(join(copy, "src/mcp/first"), { recursive: true });
  const eras = join(copy, "src/mcp/eras.ts");
  const lines = readFileSync(eras, "utf8").split("\n");
  expect(lines.filter((line) => line === before)).toHaveLength(1);
  const rest = lines.filter((line) => line !== before);
  rest.splice(rest.findIndex((line) => line.startsWith("const second")) + 1, 0, after);
  writeFileSync(eras, rest.join("\n"));
  writeFileSync(join(copy, "tsconfig.src.json"), JSON.stringify({ extends: "./tsconfig.json", include: ["src"] }));

  const run = (args: string[]) => execFileSync(process.execPath, args, { cwd: copy, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  run([resolve("node_modules/typescript/bin/tsc"), "-p", "tsconfig.src.json"]);
  run(["scripts/build.mjs"]);
  expect(readFileSync(join(copy, "dist/meta.json"), "utf8")).not.toContain("node_modules/@modelcontextprotocol/sdk/");

  const { call } = await connectSecond(await stdioTransport({}, ["--sandbox"], join(copy, "dist/main.js")), pinned);
  expect((await call("list_connectors", { text: "slack" })).body.total).toBe(2);
}, 60_000);
