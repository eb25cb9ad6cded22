// bundle.mjs PAGE SPEC.json: a reference page as its makers ship it, offline, shows every operation of the document
// without an error and without asking anybody else; a person tries an operation in it with a token.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { relay } from "../relay.mjs";
import { launch, missingInTheEnd, open, operationsOf, picture, toTheTop } from "./browser.mjs";
import * as redoc from "./redoc.mjs";
import * as scalar from "./scalar.mjs";
import * as swagger from "./swagger.mjs";

const { ASTRA_URL: gateway, ASTRA_TOKEN: token, bundles } = process.env;
const [name, spec] = process.argv.slice(2);
const { html, patched = (text) => text, tried } = { redoc, scalar, swagger }[name];
const text = readFileSync(spec, "utf8");
const operations = operationsOf(JSON.parse(text));
assert.ok(operations.length > 0);

const types = { js: "text/javascript", css: "text/css" };
function answer(path) {
  if (path === "/page") return { type: "text/html", body: html };
  if (path === "/openapi.json") return { type: "application/json", body: text };
  if (!path.startsWith("/page/")) return undefined;
  const file = join(bundles, "node_modules", path.slice("/page/".length));
  return { type: types[file.split(".").pop()], body: patched(readFileSync(file, "utf8")) };
}

const server = await relay(gateway, { answer });
const browser = await launch();
try {
  const { page, faults, elsewhere } = await open(browser, server.url);
  await page.goto(`${server.url}/page`, { waitUntil: "load" });
  assert.deepEqual(await missingInTheEnd(page, operations), [], "every operation is shown");
  await toTheTop(page);
  await picture(page, name);
  if (tried) {
    // The answer names the account that the token belongs to.
    const shown = await tried(page, token);
    await picture(page, `${name}-tried`);
    assert.match(shown, /owner@example\.org/, `auth.me is answered, not ${shown}`);
  }
  assert.deepEqual(elsewhere, [], "the page asks nobody else");
  assert.deepEqual(faults, [], "the page has no errors");
} finally {
  await browser.close();
  await server.close();
}
