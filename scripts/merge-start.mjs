// Puts what a start reads into one file: esbuild makes a small file of the modules that each set of importers shares, and
// every file that is opened before the tools can be listed costs time.
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { build } from "esbuild";

/**
 * Merges the files that are read when `main` or `entry` is loaded, and points all others to the merged one.
 * @param {import("esbuild").Metafile} metafile of a build with splitting
 * @param {{ main: string, entry?: string, either?: string[], except?: string[] }} options the executable's source; the source
 * whose file becomes the merged one (if left out, there is a new file, for what `main` loads); those of which one is loaded
 * too, so that what all of them need is merged; those whose files stay as they are
 * @returns {Promise<import("esbuild").Metafile>} of the files afterwards
 */
export async function mergeStart(metafile, { main, entry, either = [], except = [] }) {
  const { outputs } = metafile;
  const outputOf = (source) => Object.keys(outputs).find((path) => outputs[path].entryPoint === source);
  const start = outputOf(main);
  const own = entry && outputOf(entry);
  const eager = closure(outputs, [own ?? start]);
  eager.delete(start);
  const [one, ...others] = either.map((source) => closure(outputs, [outputOf(source)]));
  if (others.length > 0) for (const file of one) if (others.every((files) => files.has(file))) eager.add(file);
  for (const file of closure(outputs, except.map(outputOf))) eager.delete(file);
  /** `file` → the names of its exports, as the merged file has them. */
  const names = new Map(
    [...eager].map((path, at) => [path, outputs[path].exports.map((name, n) => [name, path === own ? name : `e${at}_${n}`])]),
  );

  const contents = [...names].map(([path, pairs]) => exportsFrom(`./${path}`, pairs)).join("\n");
  const ours = (path, importer) => eager.has(importer === "" ? posix.normalize(path) : posix.join(folderOf(importer), path));
  const merged = await build({
    ...options,
    stdin: { contents, resolveDir: "." },
    // An import on demand stays one, with the same path: the merged file is in the same folder.
    plugins: [
      {
        name: "others-stay",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\.?\// }, ({ kind, path, importer }) =>
            kind === "dynamic-import" || !ours(path, importer === "<stdin>" ? "" : importer) ? { path, external: true } : undefined,
          ),
      },
    ],
  });
  const text = merged.outputFiles[0].text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const path = own ?? `${posix.dirname([...eager][0])}/start-${hash}.js`;

  const rest = Object.keys(outputs).filter((file) => !eager.has(file));
  const rewritten = await Promise.all(rest.map(async (file) => [file, await pointed(file, names, path)]));
  const after = { inputs: metafile.inputs, outputs: {} };
  for (const [file, { code, imports }] of rewritten) {
    writeFileSync(file, code, { mode: file === start ? 0o755 : 0o644 });
    after.outputs[file] = { ...outputs[file], bytes: Buffer.byteLength(code), imports };
  }
  for (const [file, pairs] of names) {
    if (file === own) continue;
    // It is also imported on demand, by its name: the file has to stay.
    if (outputs[file].entryPoint === undefined) {
      rmSync(file);
      continue;
    }
    const code = `${exportsFrom(
      `./${posix.basename(path)}`,
      pairs.map(([name, as]) => [as, name]),
    )}\n`;
    writeFileSync(file, code);
    const imports = [{ path, kind: "import-statement" }];
    after.outputs[file] = { ...outputs[file], bytes: Buffer.byteLength(code), imports, inputs: {} };
  }
  writeFileSync(path, text);
  after.outputs[path] = {
    ...(own && { entryPoint: entry }),
    bytes: Buffer.byteLength(text),
    inputs: Object.assign({}, ...[...eager].map((file) => outputs[file].inputs)),
    imports: [...eager]
      .flatMap((file) => outputs[file].imports)
      .filter(({ path: to, kind }) => kind === "dynamic-import" || !eager.has(to)),
    exports: [...names.values()].flat().map(([, as]) => as),
  };
  return after;
}

const options = {
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
};

/** These files and all that they import statically. */
function closure(outputs, paths) {
  const found = new Set(paths);
  for (const path of found)
    for (const { path: to, kind } of outputs[path].imports) if (kind === "import-statement" && outputs[to]) found.add(to);
  return found;
}

function exportsFrom(path, pairs) {
  if (pairs.length === 0) return `import ${JSON.stringify(path)};`;
  return `export { ${pairs.map(([name, as]) => `${name} as ${as}`).join(", ")} } from ${JSON.stringify(path)};`;
}

/** The folder of a file, from here. */
function folderOf(path) {
  return dirname(relative(process.cwd(), path)).replaceAll("\\", "/");
}

/** Rewrites a file to import from the merged file. */
async function pointed(file, names, path) {
  const merged = `./${posix.relative(posix.dirname(file), path)}`;
  const plugin = {
    name: "from-the-merged-file",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: to, kind, importer, namespace }) => {
        if (namespace === "merged") return { path: merged, external: true };
        if (importer === "") return undefined;
        const target = posix.join(posix.dirname(file), to);
        if (kind === "dynamic-import" || !names.has(target)) return { path: to, external: true };
        return { path: target, namespace: "merged" };
      });
      onLoad({ filter: /.*/, namespace: "merged" }, ({ path: target }) => ({
        contents: exportsFrom(
          merged,
          names.get(target).map(([name, as]) => [as, name]),
        ),
        resolveDir: dirname(join(process.cwd(), file)),
      }));
    },
  };
  const source = readFileSync(file, "utf8");
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [`./${file}`],
    plugins: [plugin],
    metafile: true,
    outfile: file,
  });
  const shebang = source.startsWith("#!") && !outputFiles[0].text.startsWith("#!") ? `${source.slice(0, source.indexOf("\n") + 1)}` : "";
  const imports = Object.values(metafile.outputs)[0].imports.map(({ path: to, kind }) => ({
    path: to.startsWith(".") ? posix.join(posix.dirname(file), to) : to,
    kind,
    ...(to.startsWith(".") ? {} : { external: true }),
  }));
  return { code: shebang + outputFiles[0].text, imports };
}
