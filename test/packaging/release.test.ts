import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const name = `kibana-connectors-mcp-${version}`;

/** A clone of the last commit, in which the checklist runs. */
let clone: string;
beforeAll(() => {
  clone = join(mkdtempSync(join(tmpdir(), "kcm-release-")), "clone");
  execFileSync("git", ["clone", "--quiet", "--no-hardlinks", ".", clone]);
  symlinkSync(realpathSync("node_modules"), join(clone, "node_modules"));
  // A link is no folder to .gitignore's `node_modules/`.
  writeFileSync(join(clone, ".git/info/exclude"), "node_modules\n");
});
afterAll(() => rmSync(join(clone, ".."), { recursive: true, force: true }));
beforeEach(() => void execFileSync("git", ["checkout", "--quiet", "."], { cwd: clone }));

function release(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/release.mjs", ...args], { cwd: clone, encoding: "utf8" });
  return { status, stdout, stderr };
}
const change = (path: string, from: string | RegExp, to: string) =>
  writeFileSync(join(clone, path), readFileSync(join(clone, path), "utf8").replace(from, to));

describe.skipIf(spawnSync("openssl", ["version"]).status !== 0)("npm run release -- --dry-run, where openssl is", () => {
  test("two builds of a commit, in folders of different paths, are the same bytes; SBOM and checksums are what they say", () => {
    const { status, stdout, stderr } = release("--dry-run");
    expect(status, stdout + stderr).toBe(0);
    for (const check of ["clean tree", "versions", "base image", "reproducible", "contents", "bundle", "SBOM"])
      expect(stdout).toMatch(new RegExp(`^ok +${check} `, "m"));
    expect(stdout).toContain(`npm publish ./release/${name}.tgz --provenance`);
    expect(readdirSync(join(clone, "release")).sort()).toEqual(["SHA256SUMS", `${name}.cdx.json`, `${name}.tgz`]);

    const sum = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
    const sums = readFileSync(join(clone, "release/SHA256SUMS"), "utf8");
    expect(sums).toContain(`${sum(join(clone, `release/${name}.tgz`))}  ${name}.tgz\n`);
    expect(stdout).toContain(sum(join(clone, `release/${name}.tgz`)));

    const sbom = JSON.parse(readFileSync(join(clone, `release/${name}.cdx.json`), "utf8"));
    expect(sbom).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { name: "kibana-connectors-mcp", version } } });
    const listed: string[] = sbom.components.map((one: { name: string; version: string }) => `${one.name} ${one.version}`);
    const notices = execFileSync("tar", ["-xzOf", `release/${name}.tgz`, "package/dist/third-party-licenses.txt"], { cwd: clone });
    const bundled = [...notices.toString().matchAll(/^(\S+ \d[\w.-]*) \(/gm)].map(([, one = ""]) => one);
    expect(listed.sort()).toEqual(bundled.sort());
    expect(listed.length).toBeGreaterThan(20);
    for (const one of sbom.components)
      expect(one).toMatchObject({ purl: expect.stringMatching(/^pkg:npm\//), scope: "required", hashes: [{ alg: "SHA-512" }] });
  }, 240_000);
});

describe("a release that is not ready builds nothing and says why", () => {
  test.each<[string, () => void, RegExp]>([
    [
      "a file that is not committed",
      () => writeFileSync(join(clone, "note.txt"), ""),
      /FAILED +clean tree +not committed:\n\?\? note\.txt/,
    ],
    ["a changelog of another version", () => change("CHANGELOG.md", /^## \d\S*/m, "## 9.9.9"), /FAILED +versions .*CHANGELOG\.md 9\.9\.9/],
    [
      "a server.json of another version",
      () => change("server.json", `"version": "${version}"`, '"version": "9.9.9"'),
      /server\.json 9\.9\.9/,
    ],
    ["a base image by its tag", () => change("Dockerfile", /@sha256:[\da-f]+/, ""), /FAILED +base image .*node:24-slim/],
  ])("%s", (_what, spoil, message) => {
    spoil();
    const { status, stdout } = release("--dry-run");
    rmSync(join(clone, "note.txt"), { force: true });
    expect([status, stdout]).toEqual([1, expect.stringMatching(message)]);
    expect(stdout).toContain("Nothing was built.");
  });

  test("without --dry-run: what npm's provenance and the bundle's signature need", () => {
    const { status, stdout } = release();
    expect(status).toBe(1);
    expect(stdout).toMatch(/FAILED +to publish +no certificate/);
    expect(stdout).toContain("Nothing was built.");
  });
});
