// The release checklist: `npm run release -- --dry-run`. It publishes nothing; it makes what is published and says with which command.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { extractSignatureBlock, signMcpbFile, unpackExtension } from "@anthropic-ai/mcpb";
import { sbomOf } from "./sbom.mjs";

const help = `npm run release -- --dry-run
npm run release -- --cert FILE --key FILE [--chain FILE]

Checks a commit and leaves in release/ what is published: tarball, bundle, SBOM, checksums. Publishes nothing.
  --dry-run     Sign the bundle with a certificate made for this run, and remove it afterwards; what only a real release needs
                is named and does not fail
  --cert, --key, --chain
                PEM files: the certificate to sign the bundle with, its RSA key, certificates between it and its authority
`;

const { values: flags } = parseArgs({
  options: {
    "dry-run": { type: "boolean", default: false },
    cert: { type: "string" },
    key: { type: "string" },
    chain: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const dryRun = flags["dry-run"];
const text = (path) => readFileSync(path, "utf8");
const json = (path) => JSON.parse(text(path));
const run = (program, args, cwd = ".") =>
  execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1e8 });
const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
const manifest = json("package.json");
const name = `${manifest.name}-${manifest.version}`;

/** Ends a check: its text says what is wrong and what to do. */
class Wrong extends Error {}

/** @returns what was seen, for the report */
const quick = {
  "clean tree"() {
    const changed = run("git", ["status", "--porcelain"]).trimEnd();
    if (changed) throw new Wrong(`not committed:\n${changed}`);
    return run("git", ["rev-parse", "HEAD"]).trim();
  },
  versions() {
    const lock = json("package-lock.json");
    const server = json("server.json");
    const said = {
      "package-lock.json": [lock.version, lock.packages[""].version],
      "server.json": [server.version, ...(server.packages ?? []).map((one) => one.version)],
      "packaging/manifest.json": [json("packaging/manifest.json").version],
      ".claude-plugin/plugin.json": [json(".claude-plugin/plugin.json").version],
      "src/version.ts": [/"(.+)"/.exec(text("src/version.ts"))?.[1]],
      "CHANGELOG.md": [/^## (\d\S*)/m.exec(text("CHANGELOG.md"))?.[1]],
    };
    const other = Object.entries(said).filter(([, versions]) => versions.some((one) => one !== manifest.version));
    if (other.length > 0)
      throw new Wrong(`package.json says ${manifest.version}, but ${other.map(([path, all]) => `${path} ${all.join(", ")}`).join("; ")}`);
    return manifest.version;
  },
  "base image"() {
    const images = [...text("Dockerfile").matchAll(/^(?:ARG BASE=|FROM (?!\$))(\S+)/gm)].map(([, image]) => image);
    const byTag = images.filter((image) => !/@sha256:[\da-f]{64}$/.test(image));
    if (images.length === 0 || byTag.length > 0) throw new Wrong(`the Dockerfile names it without its digest: ${byTag.join(", ")}`);
    return images.join(", ");
  },
};

/** What a real release needs besides, as sentences; none: nothing is missing. */
function missing() {
  return [
    manifest.repository === undefined && "package.json has no `repository`: npm's provenance has to name the one that it was built from",
    manifest.mcpName.startsWith(`io.github.${manifest.name}/`) && "`mcpName` in package.json has a placeholder for the repository's owner",
    !(flags.cert && flags.key) && "no certificate to sign the bundle with: --cert and --key",
  ].filter(Boolean);
}

/** Builds the commit in a folder of that path and packs it. @returns the tarball */
function packed(folder) {
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  run(process.execPath, ["scripts/build.mjs"], folder);
  run("npm", ["pack", "--ignore-scripts"], folder);
  return join(folder, `${name}.tgz`);
}

/** Two builds of the commit, in folders of different paths, for what a build may take from where it is. @returns the second folder */
function builtTwice(work, report) {
  const [first, second] = [join(work, "first"), join(work, "another", "folder")];
  mkdirSync(first);
  const archive = join(work, "commit.tar");
  run("git", ["archive", "--output", archive, "HEAD"]);
  run("tar", ["-xf", archive, "-C", first]);
  cpSync(realpathSync("node_modules"), join(first, "node_modules"), { recursive: true, verbatimSymlinks: true });
  const before = sha256(packed(first));
  mkdirSync(join(work, "another"));
  renameSync(first, second);
  const after = sha256(packed(second));
  if (before !== after) throw new Wrong(`two builds of one commit differ: ${before} and ${after}`);
  report("reproducible", `two builds, ${before} (Node ${process.versions.node}, npm ${run("npm", ["--version"]).trim()})`);
  return second;
}

function contents(built) {
  const files = run("tar", ["-tzf", join(built, `${name}.tgz`)])
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""));
  const committed = new Set(run("git", ["ls-files"]).split("\n"));
  const made = /^dist\/(?:main\.js|third-party-licenses\.txt|chunks\/[\w.-]+\.js)$/;
  const foreign = files.filter((path) => !made.test(path) && !committed.has(path));
  if (foreign.length > 0) throw new Wrong(`the tarball holds what is neither in the commit nor made by the build: ${foreign.join(", ")}`);
  if (!files.includes("dist/main.js")) throw new Wrong("the tarball has no dist/main.js");
  return `${files.length} files, all of the commit or its build`;
}

/** A certificate that nobody trusts, for a signature that is only to be tried. */
function throwaway(work) {
  const [cert, key] = [join(work, "cert.pem"), join(work, "key.pem")];
  const subject = ["-subj", "/CN=dry run", "-addext", "extendedKeyUsage=codeSigning"];
  run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", key, "-out", cert, ...subject]);
  return { cert, key };
}

/** Packs, signs and reads back. mcpb's own `verify` answers "not signed" to every signature: its library cannot check any. */
async function bundle(built, work) {
  const file = join(work, `${name}.mcpb`);
  run(process.execPath, ["scripts/mcpb.mjs", file], built);
  const { cert, key, chain } = dryRun ? throwaway(work) : flags;
  signMcpbFile(file, cert, key, chain ? [chain] : []);
  const { originalContent, pkcs7Signature } = extractSignatureBlock(readFileSync(file));
  const [content, signature] = [join(work, "content"), join(work, "signature")];
  writeFileSync(content, originalContent);
  writeFileSync(signature, pkcs7Signature);
  const trusted = dryRun ? ["-CAfile", cert] : [];
  run("openssl", ["cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", content, "-purpose", "any", ...trusted]);
  if (!(await unpackExtension({ mcpbPath: file, outputDir: join(work, "unpacked"), silent: true })))
    throw new Wrong("the signed bundle cannot be unpacked");
  return { file, seen: dryRun ? "signed with a certificate of this run, checked, and not kept" : "signed and checked" };
}

/** Writes release/. @returns the names of its files */
function written(built, signed) {
  rmSync("release", { recursive: true, force: true });
  mkdirSync("release");
  copyFileSync(join(built, `${name}.tgz`), `release/${name}.tgz`);
  if (!dryRun) copyFileSync(signed, `release/${name}.mcpb`);
  const sbom = sbomOf(built, run("git", ["log", "-1", "--format=%cI"]).trim());
  writeFileSync(`release/${name}.cdx.json`, `${JSON.stringify(sbom, null, 2)}\n`);
  const files = [`${name}.tgz`, ...(dryRun ? [] : [`${name}.mcpb`]), `${name}.cdx.json`];
  writeFileSync("release/SHA256SUMS", files.map((file) => `${sha256(`release/${file}`)}  ${file}\n`).join(""));
  return { files: [...files, "SHA256SUMS"], components: sbom.components.length };
}

async function release() {
  let failed = false;
  const say = (result, check, detail) => process.stdout.write(`${result.padEnd(8)}${check.padEnd(15)}${detail}\n`);
  const report = (check, detail) => say("ok", check, detail);
  for (const [check, look] of Object.entries(quick)) {
    try {
      report(check, look());
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      failed = true;
      say("FAILED", check, error.message);
    }
  }
  for (const what of missing()) {
    failed ||= !dryRun;
    say(dryRun ? "missing" : "FAILED", "to publish", what);
  }
  if (failed) {
    process.stdout.write("Nothing was built.\n");
    return 1;
  }
  const work = mkdtempSync(join(tmpdir(), "release-"));
  try {
    const built = builtTwice(work, report);
    report("contents", contents(built));
    const { file, seen } = await bundle(built, work);
    report("bundle", seen);
    const { files, components } = written(built, file);
    report("SBOM", `${components} packages whose code is in the bundle`);
    process.stdout.write(`\nrelease/: ${files.join(", ")}\n\nIn a workflow of the repository's host that may ask for an identity token:
  npm publish ./release/${name}.tgz --provenance --access public
then, on any machine:
  mcp-publisher publish\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Wrong) && error.status === undefined && error.code !== "ENOENT") throw error;
    say("FAILED", "build", [error.message, error.stderr].filter(Boolean).join("\n"));
    return 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (flags.help) process.stdout.write(help);
else process.exitCode = await release();
