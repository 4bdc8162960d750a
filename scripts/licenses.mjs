// The licences of what is bundled, as they ask to be passed on with every copy.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** @param metafile of esbuild @returns one text: each package's name, version and licence */
export function licensesOf(metafile) {
  return bundledFolders(metafile)
    .map(licenseOf)
    .join(`\n${"-".repeat(80)}\n\n`);
}

/** @param metafile of esbuild @returns the folders of the packages whose code is in the bundle, sorted */
export function bundledFolders({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e([-.][\w.-]+)?$/i.test(one));
  if (!file) throw new Error(`${name} is bundled, but has no licence text.`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
