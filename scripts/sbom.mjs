// What is in the package, as CycloneDX. npm's own list says of each package whether it is installed; here nothing is installed
// beside the bundle, so what counts is whose code is in it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundledFolders } from "./licenses.mjs";

/**
 * @param folder a checkout that was built
 * @param builtAt the commit's time: nothing in the document depends on when or where it is made
 * @returns the document
 */
export function sbomOf(folder, builtAt) {
  const npm = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--package-lock-only"];
  const { serialNumber: _random, ...document } = JSON.parse(execFileSync("npm", npm, { cwd: folder, encoding: "utf8", maxBuffer: 1e8 }));
  const read = (path) => JSON.parse(readFileSync(join(folder, path), "utf8"));
  const bundled = new Set(
    bundledFolders(read("dist/meta.json")).map((path) => {
      const { name, version } = read(join(path, "package.json"));
      return `${name}@${version}`;
    }),
  );
  const components = document.components.filter((one) => bundled.delete(`${one.name}@${one.version}`));
  if (bundled.size > 0) throw new Error(`npm's list lacks ${[...bundled].join(", ")}: run npm ci.`);
  const { component, ...metadata } = document.metadata;
  const kept = new Set([component["bom-ref"], ...components.map((one) => one["bom-ref"])]);
  return {
    ...document,
    metadata: { ...metadata, timestamp: builtAt, component: { ...component, name: read("package.json").name } },
    components: components.map(({ scope: _optional, properties: _development, ...one }) => ({ ...one, scope: "required" })),
    dependencies: document.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn }) => ({
        ref,
        dependsOn: ref === component["bom-ref"] ? components.map((one) => one["bom-ref"]) : dependsOn.filter((one) => kept.has(one)),
      })),
  };
}
