// Usage: nothing yet, what was used over time and by what, the CSV, and the quotas.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";

let gateway;
let browser;
before(async () => {
  [gateway, browser] = await Promise.all([startGateway(), launch()]);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

test("nothing yet", async () => {
  const seat = await open(browser, gateway);
  await seat.signIn("owner@example.org", "usage");
  await seat.page.getByText("No model was asked").waitFor();
  await seat.accessible("nothing used");
  await seat.leave();
});

/** Talks, and waits until the gateway has counted it. */
async function used(times) {
  const before = await gateway.call("GET", "/inference/usage");
  const requests = (before.data[0]?.requests ?? 0) + times;
  for (let n = 0; n < times; n++)
    await gateway.call("POST", "/chat", { agent_id: "assistant", message: `Some words ${n}` });
  for (;;) {
    const now = await gateway.call("GET", "/inference/usage");
    if (now.data[0]?.requests >= requests) return now.data[0];
    await new Promise((done) => setTimeout(done, 50));
  }
}

test("numbers over time, by agent, and as CSV", async () => {
  const sum = await used(3);
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "usage");
  await page.getByText("calls to providers").waitFor();
  const tokens = page.getByRole("figure", { name: /Tokens a day/ });
  await tokens.getByText("The numbers as a table").click();
  await tokens
    .getByRole("cell", { name: String(sum.input_tokens), exact: true })
    .first()
    .waitFor();
  await page.getByRole("heading", { name: "Turns", exact: true }).waitFor();
  await seat.accessible("the plots");
  await seat.picture("usage");

  await page.getByLabel("Group by").selectOption("agent");
  assert.ok(page.url().endsWith("?by=agent"));
  const sums = page.getByRole("region", { name: "Sums by agent", exact: true });
  await sums.getByRole("row", { name: /assistant/ }).waitFor();
  await page.getByRole("button", { name: /^assistant/ }).click();
  await page.getByRole("heading", { name: "Turns of assistant" }).waitFor();
  await page.getByRole("button", { name: "Show the turns of all agents" }).click();
  await page.getByRole("heading", { name: "Turns", exact: true }).waitFor();
  await seat.accessible("by agent");
  await seat.picture("usage-agent");

  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const file = await coming;
  assert.match(file.suggestedFilename(), /^usage-.*-by-agent\.csv$/);
  const [head, row] = readFileSync(await file.path(), "utf8").split("\r\n");
  assert.equal(head, "day,agent_id,requests,errors,input_tokens,output_tokens,cost_usd");
  assert.match(
    row,
    new RegExp(`^\\d{4}-\\d{2}-\\d{2},assistant,${sum.requests},0,${sum.input_tokens},${sum.output_tokens},0$`),
  );

  for (const by of ["model", "user", "provider"]) {
    await page.getByLabel("Group by").selectOption(by);
    await page.getByRole("heading", { name: `Sums by ${by}` }).waitFor();
  }
  await page.getByRole("region", { name: "Sums by provider" }).getByRole("cell", { name: "echo" }).waitFor();
  await seat.leave();
});

test("the range is in the address, and keys change it", async () => {
  await used(1);
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "usage?range=7");
  await page.getByText("calls to providers").waitFor();
  await page.keyboard.press("]");
  await page.waitForURL((url) => url.search === "");
  await page.waitForFunction(() => document.querySelector(".filters select").value === "30");
  await page.keyboard.press("]");
  await page.waitForURL((url) => url.search === "?range=90");
  await page.getByLabel("Days (UTC)").selectOption("own");
  await page.getByLabel("First day").fill("2020-01-01");
  await page.getByLabel("Last day").fill("2020-01-05");
  await page.getByText("No model was asked from 2020-01-01 to 2020-01-05").waitFor();
  await seat.accessible("own days");
  await page.getByRole("link", { name: "the last 365 days" }).click();
  await page.getByText("calls to providers").waitFor();
  await seat.leave();
});

test("quotas are shown, set, and kept from those who may not", async () => {
  const seat = await open(browser, gateway, { expected: ["412", "422"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", "usage");
  await page.getByRole("button", { name: "Set the quotas" }).click();
  const dialog = page.getByRole("dialog", { name: "Set the quotas" });
  await dialog.getByLabel("Tokens per day").fill("0");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("must be at least 1").waitFor();
  await seat.accessible("a fault");
  await dialog.getByLabel("Tokens per day").fill("100000");
  await dialog.getByLabel("Cost usd per month").fill("25");
  // Another owner is faster.
  const { workspace_id } = await gateway.call("GET", "/auth/me");
  await gateway.call("PUT", `/workspaces/${workspace_id}/quotas`, { turns_per_day: 500 });
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page
    .getByRole("row", { name: /Turns, 24 hours/ })
    .getByText("500", { exact: true })
    .waitFor();
  await page.keyboard.press("e");
  await dialog.getByLabel("Tokens per day").fill("100000");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("The quotas were saved.").waitFor();
  await page
    .getByRole("row", { name: /Tokens, 24 hours/ })
    .getByText("100,000")
    .waitFor();
  await page
    .getByRole("row", { name: /Turns, 24 hours/ })
    .getByText("500", { exact: true })
    .waitFor();
  await seat.accessible("the quotas");
  await seat.leave();

  const { email } = await gateway.person("viewer");
  const viewer = await open(browser, gateway);
  await viewer.signIn(email, "usage");
  await viewer.page.getByText("calls to providers").waitFor();
  const button = viewer.page.getByRole("button", { name: "Set the quotas" });
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  assert.match(await button.getAttribute("title"), /needs the role owner/);
  await viewer.accessible("for a viewer");
  await viewer.leave();
});

test("a phone", async () => {
  await used(1);
  const seat = await open(browser, gateway, { width: 360, height: 740 });
  await seat.signIn("owner@example.org", "usage?by=agent");
  await seat.page.getByRole("heading", { name: "Sums by agent" }).waitFor();
  await seat.settled();
  const overflow = await seat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `it is ${overflow} pixels too wide`);
  await seat.picture("usage-phone");
  await seat.leave();
});
