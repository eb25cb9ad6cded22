// What the console takes from the document besides the client: a table of the operations, the schemas of the bodies that
// forms are made of, and the list of the pages. All of it goes to client/, which git ignores.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const methods = ["get", "put", "post", "delete", "patch"];
const documentPath = process.env.ASTRA_DOCUMENT ?? here("../../tests/golden/openapi.json");
const header = "// Made by prepare.mjs. Do not edit.\n\n";

// The client itself: by the program that ASTRA_BINARY names, else as it was made before.
function client() {
  const binary = process.env.ASTRA_BINARY;
  if (binary) {
    execFileSync(binary, ["codegen", "typescript", "--file", documentPath, "--out", here("client")], { stdio: "pipe" });
  } else if (!existsSync(here("client/src/index.ts"))) {
    throw new Error("there is no client: set ASTRA_BINARY to the program `astra`, which makes it");
  }
}

function operations(document) {
  const rows = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods.filter((name) => item[name])) {
      const operation = item[method];
      const scopes = Object.values(operation.security?.[0] ?? {}).flat();
      const body = Object.values(operation.requestBody?.content ?? {})[0] !== undefined;
      const parameters = (operation.parameters ?? []).map((it) => (it.$ref ? resolve(document, it.$ref) : it));
      const queries = parameters.filter((it) => it.in === "query").map((it) => it.name);
      const role = operation["x-required-role"] ?? "";
      const row = [method.toUpperCase(), path, role, scopes, operation.summary ?? "", body, queries];
      rows.push(`  ${JSON.stringify(operation.operationId)}: ${JSON.stringify(row)},`);
    }
  }
  rows.sort();
  const row = "readonly [method: string, path: string, role: string, scopes: readonly string[], summary: string, "
    + "body: boolean, queries: readonly string[]]";
  const ids = rows.map((row) => row.split(":")[0].trim()).join(" | ");
  return `${header}export type OperationId = ${ids};\n\nexport type OperationRow = ${row};\n\n`
    + `export const operations: Readonly<Record<OperationId, OperationRow>> = {\n${rows.join("\n")}\n};\n`;
}

function resolve(document, ref) {
  return ref.split("/").slice(1).reduce((value, part) => value[part], document);
}

// A schema with all that it refers to, without examples.
function schema(document, name) {
  const defs = {};
  const copy = (value) => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== "object" || value === null) return value;
    if (typeof value.$ref === "string") {
      const inner = value.$ref.split("/").at(-1);
      if (!(inner in defs)) {
        defs[inner] = {};
        defs[inner] = copy(resolve(document, value.$ref));
      }
      return { ...value, $ref: `#/$defs/${inner}` };
    }
    const entries = Object.entries(value).filter(([key]) => key !== "example" && key !== "examples");
    return Object.fromEntries(entries.map(([key, inner]) => [key, copy(inner)]));
  };
  const whole = copy(document.components.schemas[name]);
  return { ...whole, $defs: defs };
}

function bodies(document) {
  const names = new Set();
  for (const item of Object.values(document.paths)) {
    for (const method of methods.filter((name) => item[name])) {
      const ref = item[method].requestBody?.content?.["application/json"]?.schema?.$ref;
      if (ref) names.add(ref.split("/").at(-1));
    }
  }
  return [...names];
}

// A page is a folder with index.tsx (what it shows) and entry.ts (its title, key, icon and place in the navigation).
function pages() {
  const names = readdirSync(here("src/pages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(here(`src/pages/${entry.name}/entry.ts`)))
    .map((entry) => entry.name)
    .sort();
  const imports = names.map((name) => `import { entry as ${name} } from "../src/pages/${name}/entry.ts";`);
  const rows = names.map((name) => `  { name: "${name}", ...${name}, load: () => import("../src/pages/${name}/index.tsx") },`);
  const styles = names.filter((name) => existsSync(here(`src/pages/${name}/${name}.css`)));
  const css = styles.map((name) => `@import "../src/pages/${name}/${name}.css";\n`).join("");
  return { names, css, text: `${header}${imports.join("\n")}\n\nexport const pages = [\n${rows.join("\n")}\n];\n` };
}

/** Writes client/, and answers the names of the pages. */
export function prepare() {
  client();
  const document = JSON.parse(readFileSync(documentPath, "utf8"));
  writeFileSync(here("client/operations.ts"), operations(document));
  rmSync(here("client/schemas"), { recursive: true, force: true });
  mkdirSync(here("client/schemas"), { recursive: true });
  for (const name of bodies(document)) {
    writeFileSync(here(`client/schemas/${name}.json`), JSON.stringify(schema(document, name)));
  }
  const { names, css, text } = pages();
  writeFileSync(here("client/pages.css"), css);
  writeFileSync(here("client/pages.ts"), text);
  return names;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) prepare();
