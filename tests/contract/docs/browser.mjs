// A person's browser: what went wrong in it, whom it asked, what it shows.

import { createRequire } from "node:module";

const methods = ["get", "put", "post", "delete", "patch"];

export function operationsOf(document) {
  return Object.values(document.paths).flatMap((item) => methods.map((method) => item[method]).filter(Boolean));
}

export function launch() {
  const { chromium } = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`)("playwright-core");
  return chromium.launch({
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
}

// A page, in a browser that knows nothing yet. It remembers its faults, what its policy forbade, whom else than `home` it
// asked, and where it said `secret` in an address. The browser itself notes refusals: those of the status 401 are expected.
export async function open(browser, home, secret, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  const seen = { faults: [], violations: [], elsewhere: [], told: [] };
  await context.exposeBinding("reportViolation", (_, violation) => seen.violations.push(violation));
  await context.addInitScript(() => {
    globalThis.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample, sourceFile, lineNumber }) =>
      globalThis.reportViolation(`${effectiveDirective}: ${blockedURI} ${sample} at ${sourceFile}:${lineNumber}`),
    );
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => seen.faults.push(`${error}`));
  page.on("console", (message) => {
    const is_said = ["error", "warning"].includes(message.type());
    if (is_said && !message.text().includes("status of 401")) seen.faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(home) && !/^(data|blob):/.test(request.url())) seen.elsewhere.push(request.url());
    if (request.url().includes(secret)) seen.told.push(request.url());
  });
  return { page, seen, close: () => context.close() };
}

// Those of `operations` that the page does not show, by neither id nor summary.
export async function missing(page, operations) {
  const text = (await page.content()) + (await page.evaluate(() => globalThis.document.body.innerText));
  return operations.filter(({ operationId, summary }) => !text.includes(operationId) && !text.includes(summary));
}

// The same, when one has come by everything: operations are drawn only then.
export async function missingInTheEnd(page, operations) {
  const deadline = Date.now() + 60_000;
  let left = operations;
  while (left.length > 0 && Date.now() < deadline) {
    await page.mouse.move(700, 500);
    await page.mouse.wheel(0, 2_000);
    await page.waitForTimeout(50);
    left = await missing(page, left);
  }
  return left.map((operation) => operation.operationId);
}

// Keeps a picture of what one sees now, when pictures are wanted.
export async function picture(page, name) {
  const folder = process.env.ASTRA_TEST_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/docs-${name}.png` });
}
