// docs.mjs SPEC.json: a person opens /docs in a browser, gives a wrong token, then a right one, and finds every operation;
// the page asks nobody but the gateway for anything.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { launch, missing, missingInTheEnd, open, operationsOf, picture, toTheTop } from "./browser.mjs";

const { ASTRA_URL: gateway, ASTRA_READER: token } = process.env;
const operations = operationsOf(JSON.parse(readFileSync(process.argv[2], "utf8")));
assert.ok(operations.length > 0);

const browser = await launch();
try {
  // The browser itself notes the 401 that the wrong token earns.
  const { page, faults, elsewhere } = await open(browser, gateway, ["401"]);
  await page.goto(`${gateway}/docs`, { waitUntil: "load" });
  assert.equal((await missing(page, operations)).length, operations.length, "without a token the page shows no operation");
  const field = page.locator("input[type=password]");
  await field.fill("not-a-token");
  await field.press("Enter");
  await page.getByRole("alert").waitFor({ timeout: 10_000 });
  assert.ok(await field.isVisible(), "after a wrong token it asks again");

  await field.fill(token);
  await field.press("Enter");
  assert.deepEqual(await missingInTheEnd(page, operations), [], "every operation is shown");
  await toTheTop(page);
  await picture(page, "docs");
  assert.deepEqual(elsewhere, [], "the page asks nobody but the gateway");
  assert.deepEqual(faults, [], "the page has no errors");
} finally {
  await browser.close();
}
