// parser.mjs NODE_MODULES SPEC...: swagger-parser resolves every reference and finds the document valid.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [modules, ...documents] = process.argv.slice(2);
const { default: parser } = await import(createRequire(`${modules}/`).resolve("@apidevtools/swagger-parser"));

assert.ok(documents.length > 0);
for (const document of documents) {
  const { openapi, paths } = await parser.validate(document);
  console.log(`${document}: ${openapi}, ${Object.keys(paths).length} paths`);
}
