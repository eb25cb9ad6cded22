// equal.mjs NODE_MODULES SPEC.json SPEC.yaml: yaml, as YAML 1.1 and as 1.2, and js-yaml read the same document from both.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, json, yaml] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { parse } = require("yaml");
const { load } = require("js-yaml");

const text = readFileSync(yaml, "utf8");
const document = JSON.parse(readFileSync(json, "utf8"));
const readers = {
  "yaml 1.1": () => parse(text, { version: "1.1" }),
  "yaml 1.2": () => parse(text, { version: "1.2" }),
  "js-yaml": () => load(text),
};
for (const [name, read] of Object.entries(readers)) {
  assert.deepStrictEqual(read(), document, `${name} reads another document from the YAML than there is in the JSON`);
}
