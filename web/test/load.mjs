// The page's modules for node: bundled once per test file, then imported.
import { build } from "esbuild";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

export async function load(module) {
  const folder = await mkdtemp(join(tmpdir(), "eqlab-web-"));
  try {
    const outfile = join(folder, "module.mjs");
    await build({ absWorkingDir: root, entryPoints: [`src/${module}`], bundle: true, format: "esm", target: "node18", outfile, logLevel: "warning" });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}
