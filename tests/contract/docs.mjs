// docs.mjs SPEC.json: a person opens /docs in a browser, gives a wrong token, then a right one, and finds every operation;
// the page asks nobody but the gateway for anything.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_TEST_CHROMIUM and ASTRA_TEST_NODE_MODULES.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`)("playwright-core");
const { ASTRA_URL: gateway, ASTRA_TOKEN: token } = process.env;

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const methods = ["get", "put", "post", "delete", "patch"];
const operations = Object.values(document.paths).flatMap((item) => methods.map((method) => item[method]).filter(Boolean));
assert.ok(operations.length > 0);

const browser = await chromium.launch({
  executablePath: process.env.ASTRA_TEST_CHROMIUM,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const faults = [];
  const elsewhere = [];
  page.on("pageerror", (error) => faults.push(`${error}`));
  page.on("console", (message) => {
    // The browser itself notes the 401 that the wrong token earns.
    if (message.type() === "error" && !message.text().includes("401")) faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(gateway) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
  });
  const shown = async () => (await page.content()) + (await page.evaluate(() => globalThis.document.body.innerText));
  const missing = async () => {
    const text = await shown();
    return operations.filter(({ operationId, summary }) => !text.includes(operationId) && !text.includes(summary));
  };

  await page.goto(`${gateway}/docs`, { waitUntil: "load" });
  assert.equal((await missing()).length, operations.length, "without a token the page shows no operation");
  const field = page.locator("input[type=password]");
  await field.fill("not-a-token");
  await field.press("Enter");
  await page.getByRole("alert").waitFor({ timeout: 10_000 });
  assert.ok(await field.isVisible(), "after a wrong token it asks again");

  await field.fill(token);
  await field.press("Enter");
  // Operations are drawn as one comes by them.
  const deadline = Date.now() + 60_000;
  let left = operations;
  while (left.length > 0 && Date.now() < deadline) {
    await page.mouse.move(700, 500);
    await page.mouse.wheel(0, 2_000);
    await page.waitForTimeout(50);
    left = await missing();
  }
  assert.deepEqual(left.map((operation) => operation.operationId), [], "every operation is shown");
  assert.deepEqual(elsewhere, [], "the page asks nobody but the gateway");
  assert.deepEqual(faults, [], "the page has no errors");
} finally {
  await browser.close();
}
