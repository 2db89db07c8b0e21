// Bundles the dashboard: node build.mjs OUT. Names of files carry their hash, so
// a web server may let browsers keep them; index.html names the current ones.
// Fails where a budget of the first load, a page or the sheet is exceeded, or
// where a source does what the Content-Security-Policy forbids.
import { build } from "esbuild";
import { readFile, writeFile, rm, readdir } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { basename, join } from "node:path";

const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs OUT");

/** Bytes after gzip -9. */
const limits = { first: 35_000, page: 12_000, sheet: 10_000, index: 4_000 };

/** What would need a looser policy, or is ignored under ours. */
const forbidden = /dangerouslySetInnerHTML|innerHTML|setAttribute\(["']style|\beval\(|new Function/;

const packed = async (/** @type {string} */ file) =>
  gzipSync(await readFile(file), { level: 9 }).length;

async function checkSources() {
  for (const entry of await readdir("src", { recursive: true })) {
    if (!entry.endsWith(".js")) continue;
    const found = (await readFile(join("src", entry), "utf8")).match(forbidden);
    if (found) throw new Error(`src/${entry}: ${found[0]} is forbidden by our CSP`);
  }
}

async function bundle() {
  const { metafile } = await build({
    entryPoints: ["src/main.js", "style.css"],
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: ["chrome123", "firefox121", "safari17.5"],
    outdir: join(out, "assets"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    metafile: true,
    logLevel: "warning",
  });
  return metafile.outputs;
}

/** Whatever the entry imports without waiting for a page. */
function firstLoad(outputs, entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const { path, kind } of outputs[entry].imports)
    if (kind === "import-statement") firstLoad(outputs, path, seen);
  return seen;
}

async function checkBudgets(outputs, script, sheet) {
  const first = firstLoad(outputs, script);
  for (const [path, { entryPoint }] of Object.entries(outputs))
    if (entryPoint?.startsWith("src/pages/overview"))
      for (const part of firstLoad(outputs, path)) first.add(part);
  const sizes = [["first load", limits.first, [...first]], ["sheet", limits.sheet, [sheet]],
    ["index.html", limits.index, [join(out, "index.html")]]];
  for (const path of Object.keys(outputs))
    if (path.endsWith(".js") && !first.has(path)) sizes.push([basename(path), limits.page, [path]]);
  let broken = false;
  for (const [what, limit, files] of sizes) {
    let bytes = 0;
    for (const file of files) bytes += await packed(file);
    if (bytes > limit) broken = true;
    if (bytes > limit || limit !== limits.page)
      console.log(`${what}: ${bytes} of ${limit} bytes${bytes > limit ? ": TOO MUCH" : ""}`);
  }
  if (broken) throw new Error("a budget of the dashboard is exceeded");
}

await checkSources();
await rm(out, { recursive: true, force: true });
const outputs = await bundle();
const named = (/** @type {string} */ entry) =>
  Object.keys(outputs).find((path) => outputs[path].entryPoint === entry);
const script = named("src/main.js");
const sheet = named("style.css");
const page = await readFile("index.html", "utf8");
await writeFile(join(out, "index.html"), page
  .replace("{{script}}", `assets/${basename(script)}`)
  .replace("{{sheet}}", `assets/${basename(sheet)}`));
await checkBudgets(outputs, script, sheet);
