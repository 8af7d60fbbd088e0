// Bundles the page into one file: dist/report.html, or the file named with --out.
// Nothing outside web/ is read. The same sources give the same bytes.
import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const size_max = 1_000_000;

/** Where the program puts its document. Stands in the page exactly once. */
export const data_mark = "%EQLAB_DATA%";

const hash = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

// Licences of what is bundled ask to travel with it.
async function notices(metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const parts = [];
  for (const name of [...packages].sort()) {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} is bundled, but has no licence file`);
    const text = (await readFile(join(folder, file), "utf8")).trim();
    parts.push(`${name} ${version} (${license})\n${text}`);
  }
  return parts.join("\n\n").replaceAll("--", "- -");
}

export async function makePage() {
  const bundle = await build({
    absWorkingDir: here,
    entryPoints: ["src/main.ts"],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: "es2020",
    charset: "ascii",
    // Settled here, not by whichever tsconfig.json lies around.
    tsconfigRaw: { compilerOptions: { target: "ES2022", useDefineForClassFields: true } },
    metafile: true,
    logLevel: "warning",
  });
  const script = bundle.outputFiles[0].text.trim();
  const sheet = await readFile(join(here, "src/style.css"), "utf8");
  const style = (await transform(sheet, { loader: "css", minify: true })).code.trim();
  for (const text of [script, style]) {
    if (/<\/(script|style)|<!--/i.test(text)) throw new Error("the bundle would end its own element");
  }
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const fill = { POLICY: policy, STYLE: style, SCRIPT: script, DATA: data_mark };
  const template = await readFile(join(here, "src/template.html"), "utf8");
  // A function, for a string would have its `$&` replaced; one pass, so that nothing put in is read.
  const page = template.replace(/%(POLICY|STYLE|SCRIPT|DATA)%/g, (_, name) => fill[name]);
  return page.trimEnd() + `\n<!--\nThis page contains:\n\n${await notices(bundle.metafile)}\n-->\n`;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf("--out");
  const out = at > 0 ? resolve(process.argv[at + 1]) : join(here, "dist/report.html");
  const page = await makePage();
  if (page.split(data_mark).length !== 2) throw new Error("the place for the data is not there once");
  const size = Buffer.byteLength(page);
  if (size > size_max) throw new Error(`${size} bytes are more than ${size_max}`);
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, page);
  console.log(`${out}: ${size} bytes`);
}
