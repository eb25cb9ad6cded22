// node build.mjs [FOLDER]: writes what the gateway serves at /console: index.html, compressed scripts and styles whose
// names change with their content, and assets.rs, the list of them. The same source gives the same bytes.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { prepare } from "./prepare.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2] ?? here("../assets/console");
const types = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml" };

const names = prepare();
const result = await esbuild.build({
  absWorkingDir: here("."),
  entryPoints: Object.fromEntries([
    ["main", "src/main.tsx"],
    ...names.map((name) => [`page-${name}`, `src/pages/${name}/index.tsx`]),
  ]),
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  target: ["chrome120", "firefox121", "safari17"],
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  legalComments: "none",
  outdir: "out",
  write: false,
  metafile: true,
  logLevel: "warning",
});

const files = new Map();
for (const file of result.outputFiles) files.set(file.path.split(/[\\/]/).at(-1), Buffer.from(file.contents));
const icon = readFileSync(here("src/icon.svg"));
files.set(`icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`, icon);

// Level 9, no time stamp, and no name of the system that it was made on.
function compressed(bytes) {
  const made = gzipSync(bytes, { level: 9 });
  made[9] = 255;
  return made;
}

// What a script loads before it runs.
function staticImports(output, seen = new Set()) {
  for (const { path, kind } of result.metafile.outputs[output].imports) {
    if (kind !== "import-statement" || seen.has(path)) continue;
    seen.add(path);
    staticImports(path, seen);
  }
  return seen;
}

const output = (entry) => Object.entries(result.metafile.outputs).find(([, it]) => it.entryPoint === entry)[0];
const plain = (path) => path.split("/").at(-1);
const main = output("src/main.tsx");
const [style] = [...files.keys()].filter((name) => /^main-.*\.css$/.test(name));
const [iconName] = [...files.keys()].filter((name) => name.startsWith("icon-"));
const preloads = [...staticImports(main)].map(plain).sort();
const page = readFileSync(here("src/index.html"), "utf8")
  .replace("{{icon}}", iconName)
  .replace("{{style}}", style)
  .replace("{{main}}", plain(main))
  .replace("{{preloads}}", preloads.map((name) => `<link rel="modulepreload" href="assets/${name}">`).join("\n    "));

// The licences of what is bundled.
function notice() {
  const packages = new Set();
  for (const input of Object.keys(result.metafile.inputs)) {
    const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const parts = [...packages].sort().map((name) => {
    const { version, license } = JSON.parse(readFileSync(here(`node_modules/${name}/package.json`), "utf8"));
    const folder = readdirSync(here(`node_modules/${name}`));
    const file = folder.find((it) => /^licen[sc]e/i.test(it));
    const text = file ? readFileSync(here(`node_modules/${name}/${file}`), "utf8").trim() : "";
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `The console's scripts and styles contain these packages.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) rmSync(`${out}/${name}`, { recursive: true });
writeFileSync(`${out}/index.html`, page);
writeFileSync(`${out}/NOTICE`, notice());
const sizes = new Map();
const rows = [...files.keys()].sort().map((name) => {
  const bytes = compressed(files.get(name));
  sizes.set(name, bytes.length);
  writeFileSync(`${out}/${name}.gz`, bytes);
  return `    ("${name}", "${types[name.split(".").at(-1)]}", include_bytes!("${name}.gz")),`;
});
writeFileSync(`${out}/assets.rs`, `&[\n${rows.join("\n")}\n]\n`);

// What a visitor loads, in bytes after compression.
const shell = new Set([plain(main), style, iconName, ...preloads]);
const sum = (set) => [...set].reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
console.log(`shell ${sum(shell)} of 61440`);
for (const name of names) {
  const entry = output(`src/pages/${name}/index.tsx`);
  const whole = new Set([...shell, plain(entry), ...[...staticImports(entry)].map(plain)]);
  console.log(`${name} ${sum(whole)} of 133120`);
}
console.log(`all ${sum(new Set(sizes.keys()))} of 256000`);
