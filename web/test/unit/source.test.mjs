// What the sources and the built page must not contain, and what the page must.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { data_mark, makePage } from "../../build.mjs";
import { root } from "../load.mjs";

const page = await makePage();
const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));

async function sources(folder) {
  const out = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) out.push(...(await sources(path)));
    else if (path.endsWith(".ts")) out.push([path, await readFile(join(root, path), "utf8")]);
  }
  return out;
}

/** Ways from text to markup or code. Names put together, so that this file is not its own finding. */
const sinks = ["innerHTML", "outerHTML", "insertAdjacentHTML", "createContextualFragment", "DOMParser", "setHTML", "document.write", "srcdoc", "eval(", "new Function", "Function(", "setTimeout(\"", "import(", "javascript:", "createPolicy"];

test("nothing turns text into markup or code, in the sources or in what was bundled", async () => {
  const script = /<script>([\s\S]*?)<\/script>/.exec(page)[1];
  for (const [path, text] of [...(await sources("src")), ["the bundle", script]]) {
    for (const sink of sinks) assert.ok(!text.includes(sink), `${path} has ${sink}`);
  }
});

test("elements are made, and text is set, in dom.ts alone", async () => {
  for (const [path, text] of await sources("src")) {
    if (path === "src/dom.ts") continue;
    for (const way of [/createElement/, /createTextNode/, /\.textContent\s*=(?!=)/, /\.innerText/, /\.append\(\s*["'`]/, /\.text\s*=(?!=)/]) assert.doesNotMatch(text, way, path);
  }
});

test("nothing reaches out", async () => {
  for (const [path, text] of await sources("src")) assert.doesNotMatch(text, /\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|window\.open|location\s*=|<link|@import/, path);
  const script = /<script>([\s\S]*?)<\/script>/.exec(page)[1];
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)[1];
  assert.doesNotMatch(style, /url\(|@import/);
  const addresses = script.match(/https?:\/\/[^"'`\s]+/g) ?? [];
  assert.deepEqual([...new Set(addresses)], ["http://www.w3.org/2000/svg"], "a namespace is a name, not a place");
});

test("the policy names exactly what the page holds", () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)[1];
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const script = /<script>([\s\S]*?)<\/script>/.exec(page)[1];
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)[1];
  const parts = Object.fromEntries(policy.split("; ").map((part) => [part.split(" ")[0], part.split(" ").slice(1).join(" ")]));
  assert.equal(parts["default-src"], "'none'");
  assert.equal(parts["script-src"], hash(script));
  assert.equal(parts["style-src"], hash(style));
  assert.equal(parts["base-uri"], "'none'");
  assert.equal(parts["form-action"], "'none'");
  assert.equal(parts["require-trusted-types-for"], "'script'");
  assert.equal(parts["trusted-types"], "'none'");
});

test("one place for the data, and less than a megabyte", () => {
  assert.equal(page.split(data_mark).length, 2);
  assert.ok(page.includes(`<script type="application/json" id="eqlab-data">${data_mark}</script>`));
  assert.ok(Buffer.byteLength(page) < 1_000_000, `${Buffer.byteLength(page)} bytes`);
});

test("the same sources give the same page", async () => {
  assert.equal(await makePage(), page);
});

test("what is bundled brings its licence, and a permissive one", () => {
  const notice = page.slice(page.lastIndexOf("<!--"));
  for (const name of ["d3-array", "d3-scale", "d3-shape"]) assert.ok(notice.includes(`${name} `), name);
  for (const [, licence] of notice.matchAll(/^\S+ \d+\.\d+\.\d+ \((.+)\)$/gm)) assert.match(licence, /^(ISC|MIT|BSD-3-Clause)$/);
});

test("the lock file names the public registry alone, with hashes", () => {
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === "") continue;
    assert.ok(entry.resolved?.startsWith("https://registry.npmjs.org/"), `${path}: ${entry.resolved}`);
    assert.match(entry.integrity, /^sha512-/, path);
  }
});

test("versions are pinned", async () => {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});
