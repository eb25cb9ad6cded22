// Admin: statistics, configuration, audit with the check of its chain, backups, keys.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
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

const owner = "owner@example.org";

test("statistics", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(owner, "admin");
  const has = page.getByRole("region", { name: "The workspace has" });
  await has.getByRole("link", { name: "Members" }).waitFor();
  await page.getByRole("region", { name: "The gateway", exact: true }).getByText("sqlite").waitFor();
  await page.getByRole("row", { name: /turns\.waits.*running/ }).waitFor();
  await seat.accessible("statistics");
  await seat.picture("admin");
  await has.getByRole("link", { name: "Audit entries" }).click();
  await page.getByRole("button", { name: "Verify the chain" }).waitFor();
  await seat.leave();
});

test("the configuration, masked, with the source of each value", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(owner, "admin?tab=config");
  const row = page.getByRole("row", { name: /auth\.setup_code/ });
  await row.getByText("*** (a secret)").waitFor();
  await row.getByText("file", { exact: true }).waitFor();
  assert.equal(await page.getByText("the-tests-own-code").count(), 0);
  await page.getByRole("combobox", { name: "Source" }).selectOption("file");
  await page.getByRole("row", { name: /data_dir/ }).waitFor();
  await page.getByRole("searchbox", { name: "Key or value" }).fill("no such key");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing matches").waitFor();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await row.waitFor();
  await seat.accessible("the configuration");
  await seat.picture("admin-config");
  await seat.leave();
});

test("the audit: filters, differences, export, and the check of the chain", async () => {
  const { workspace_id } = await gateway.call("GET", "/auth/me");
  await gateway.call("PUT", `/workspaces/${workspace_id}/quotas`, { tokens_per_day: 1234567 });
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(owner, "admin?tab=audit");
  await page.getByRole("link", { name: "workspaces.put_quotas" }).click();
  await page.waitForURL((url) => url.searchParams.get("operation") === "workspaces.put_quotas");
  const row = page.getByRole("row", { name: /workspaces\.put_quotas/ });
  await row.getByText("1 place").click();
  await row.getByText("/tokens_per_day").waitFor();
  await row.getByText("1234567").waitFor();
  await seat.accessible("an entry");
  await page.getByRole("button", { name: "Verify the chain" }).click();
  await page.getByText("The audit is as it was written.").waitFor();
  await seat.accessible("the report");
  await seat.picture("admin-audit");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export what matches" }).click();
  const lines = readFileSync(await (await coming).path(), "utf8")
    .trim()
    .split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).operation),
    ["workspaces.put_quotas"],
  );
  await page.getByLabel("Kind of target").fill("agent");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing matches").waitFor();
  await seat.go("admin?tab=audit&from=2020-01-01&to=2020-01-02");
  await page.getByText("Nothing matches").waitFor();
  await seat.leave();
});

test("a backup is made, and what it wrote is shown", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(owner, "admin?tab=backups");
  await page.getByText("A backup is one state of the whole store").waitFor();
  await page.getByRole("button", { name: "Back up now" }).click();
  const one = page.getByRole("region", { name: /^Backup job_/ });
  await one.getByText("SHA-256", { exact: true }).waitFor();
  const path = (await one.getByText(/^astra restore /).textContent()).split(" ").at(-1);
  assert.ok(existsSync(path), path);
  await page.getByRole("row", { name: /job_.*succeeded/ }).waitFor();
  await seat.accessible("a backup");
  await seat.picture("admin-backups");
  await seat.leave();
});

test("the signing keys are rotated", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(owner, "admin?tab=keys");
  await page.getByRole("row", { name: /signs/ }).waitFor();
  await page.getByRole("button", { name: "Rotate the keys" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox").check();
  assert.ok(await dialog.getByRole("button", { name: "Rotate the keys" }).isDisabled());
  await seat.accessible("the dialog of keys");
  await dialog.getByRole("checkbox").uncheck();
  await dialog.getByRole("button", { name: "Rotate the keys" }).click();
  await page.getByRole("row", { name: /verifies/ }).waitFor();
  await seat.accessible("the keys");
  await seat.leave();
});

test("an admin sees why it may not; a phone", async () => {
  const { email } = await gateway.person("admin");
  const seat = await open(browser, gateway, { width: 360, height: 740 });
  await seat.signIn(email, "admin");
  await seat.page.getByText("This needs the role owner; yours is admin.").first().waitFor();
  await seat.accessible("for an admin");
  await seat.leave();
  const other = await open(browser, gateway, { width: 360, height: 740 });
  for (const [tab, text] of [
    ["statistics", "The workspace has"],
    ["config", "auth.setup_code"],
    ["audit", "auth.register"],
  ]) {
    if (tab === "statistics") await other.signIn(owner, "admin");
    else await other.go(`admin?tab=${tab}`);
    await other.page.getByText(text).first().waitFor();
    const overflow = await other.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${tab} is ${overflow} pixels too wide`);
    await other.picture(`admin-phone-${tab}`);
  }
  await other.leave();
});
