// A person's browser in front of the console: what went wrong in it, whom it asked, and whether everybody can use it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { password } from "./gateway.mjs";
import { Record } from "./record.mjs";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Chromium, to which no host exists but this machine. */
export function launch() {
  const { chromium } = require("playwright-core");
  return chromium.launch({
    executablePath: process.env.ASTRA_TEST_CHROMIUM ?? process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}

/** The console in a browser of its own. `expected` are parts of console errors that a test causes on purpose. */
export async function open(browser, gateway, { width = 1400, height = 1000, dark = false, expected = [] } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light" });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.stack ?? error}`));
  page.on("console", (message) => {
    const text = message.text();
    const isBad = message.type() === "error" || message.type() === "warning";
    if (isBad && !expected.some((part) => text.includes(part))) faults.push(`console: ${text} (${message.location().url})`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(gateway.url) && !/^(data|blob):/.test(url)) faults.push(`foreign: ${url}`);
  });
  await page.exposeFunction("reportPolicy", (text) => faults.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      globalThis.reportPolicy(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const record = new Record(gateway.url, gateway.document);
  record.watch(page);
  return new Seat(gateway, context, page, faults, record);
}

/** A person at the console. */
class Seat {
  constructor(gateway, context, page, faults, record) {
    Object.assign(this, { gateway, context, page, faults, record });
  }

  /** Goes to a view: `jobs?status=failed`. */
  async go(address = "") {
    await this.page.goto(`${this.gateway.url}/console${address === "" ? "" : `/${address}`}`);
  }

  async signIn(email = "owner@example.org", address = "") {
    await this.go(address);
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await this.page.locator("nav.side").waitFor({ state: "attached" });
  }

  /** Waits until nothing is being read any more. */
  async settled() {
    await this.page.waitForFunction(() => !globalThis.document.querySelector(".loading"));
  }

  /** Nobody is shut out: axe finds nothing, in both colours. */
  async accessible(what) {
    await this.settled();
    for (const colorScheme of ["light", "dark"]) {
      await this.page.emulateMedia({ colorScheme });
      // By the debugger: the page's own policy lets no script in.
      const found = await this.#evaluate(`${axe};axe.run(document, { resultTypes: ["violations"] }).then((found) =>
        JSON.stringify(found.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html.slice(0, 200)
          + " " + node.any.concat(node.all).map((it) => it.message).join("; "))])))`);
      assert.deepEqual(JSON.parse(found), [], `${what}, ${colorScheme}`);
    }
    await this.page.emulateMedia({ colorScheme: null });
  }

  async #evaluate(expression) {
    const session = await this.context.newCDPSession(this.page);
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    await session.detach();
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** A picture, when ASTRA_TEST_PICTURES names a folder for them. */
  async picture(name) {
    const folder = process.env.ASTRA_TEST_PICTURES;
    if (!folder) return;
    await this.settled();
    await this.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }

  /** Nothing went wrong; closes the browser's window. */
  async leave() {
    const faults = [...this.faults, ...(await this.record.checked())];
    await this.context.close();
    assert.deepEqual(faults, []);
  }
}
