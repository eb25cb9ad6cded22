// A person's browser, for pages that show an OpenAPI document: what went wrong in it, whom it asked, what it shows.

import { createRequire } from "node:module";

const methods = ["get", "put", "post", "delete", "patch"];

export function operationsOf(document) {
  return Object.values(document.paths).flatMap((item) => methods.map((method) => item[method]).filter(Boolean));
}

export function launch() {
  const { chromium } = createRequire(`${process.env.browser}/node_modules/`)("playwright-core");
  return chromium.launch({
    executablePath: process.env.chromium,
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

// A page that remembers its faults, but for those whose text has one of `expected`, and whom else than `home` it asked.
export async function open(browser, home, expected = []) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const faults = [];
  const elsewhere = [];
  page.on("pageerror", (error) => faults.push(`${error}`));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !expected.some((part) => text.includes(part))) faults.push(text);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(home) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
  });
  return { page, faults, elsewhere };
}

// Those of `operations` that the page does not show, by neither id nor summary.
export async function missing(page, operations) {
  const text = (await page.content()) + (await page.evaluate(() => globalThis.document.body.innerText));
  return operations.filter(({ operationId, summary }) => !text.includes(operationId) && !text.includes(summary));
}

// The same, when one has come by everything: operations may be drawn only then.
export async function missingInTheEnd(page, operations) {
  const deadline = Date.now() + 180_000;
  let left = operations;
  for (let step = 1; left.length > 0 && Date.now() < deadline; step += 1) {
    await page.mouse.move(700, 500);
    // What is passed too fast is not drawn: small steps, and again from the top.
    await page.mouse.wheel(0, step % 60 === 0 ? -1_000_000 : 400);
    await page.waitForTimeout(50);
    left = await missing(page, left);
  }
  return left.map((operation) => operation.operationId);
}

// Keeps a picture of what one sees now, when pictures are wanted.
export async function picture(page, name) {
  if (process.env.pictures) await page.screenshot({ path: `${process.env.pictures}/${name}.png` });
}

export function toTheTop(page) {
  return page.evaluate(() => globalThis.scrollTo(0, 0));
}
