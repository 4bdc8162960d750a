// Loaded into the server by NODE_OPTIONS: a disk that stalls at the n-th record of the journal. Not product code.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { STALL_AT: at = "", STALL_MARK: mark = "" } = process.env;
const [what, nth] = at.split(" ");

const folder = mkdtempSync(join(tmpdir(), "kcm-stall-"));
const handle = await open(join(folder, "x"), "w");
const { prototype } = handle.constructor;
await handle.close();
rmSync(folder, { recursive: true });

let records = 0;
const stall = () => {
  writeFileSync(mark, "");
  return new Promise(() => {});
};

const { appendFile, sync } = prototype;
prototype.appendFile = async function (data, ...rest) {
  records += 1;
  if (what !== "half" || records !== Number(nth)) return appendFile.call(this, data, ...rest);
  await appendFile.call(this, data.subarray(0, Math.floor(data.length / 2)), ...rest);
  return stall();
};
prototype.sync = function () {
  return what === "sync" && records === Number(nth) ? stall() : sync.call(this);
};
