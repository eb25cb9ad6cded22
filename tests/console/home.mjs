// Home, the frame around every page, and roles.

import assert from "node:assert/strict";
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

test("the numbers, and what to do first", async () => {
  const seat = await open(browser, gateway);
  await seat.signIn();
  await seat.page.getByRole("region", { name: "Gateway" }).getByText("ok").waitFor();
  await seat.page.getByRole("heading", { name: "To begin with" }).waitFor();
  await seat.accessible("home");
  await seat.picture("home");
  const operations = new Set(seat.record.operations);
  assert.ok(operations.has("cron.status") && operations.has("workspaces.get_quotas"));
  await seat.leave();
});

test("a viewer sees what it may, and why not the rest", async () => {
  const { email } = await gateway.person("viewer");
  const seat = await open(browser, gateway);
  await seat.signIn(email);
  await seat.page.getByText("This needs the role member; yours is viewer.").first().waitFor();
  await seat.accessible("home of a viewer");
  await seat.leave();
});

test("the palette, keys, calls and colours", async () => {
  const seat = await open(browser, gateway);
  await seat.signIn();
  const { page } = seat;
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("agents");
  await seat.accessible("the palette");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("trc_06a1b2c3d4e5q");
  await page.getByRole("option", { name: /Open trc_/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await seat.accessible("the keys");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await page.getByRole("region", { name: "Gateway" }).waitFor();
  await page.getByRole("button", { name: "Calls behind this page" }).click();
  const calls = page.getByRole("dialog", { name: "Calls behind this page" });
  await calls.getByRole("button", { name: /cron.status/ }).first().click();
  await calls.getByRole("button", { name: "Python" }).click();
  await calls.getByText("client.cron.status()").waitFor();
  await seat.accessible("the calls");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "dark" }).click();
  await seat.accessible("the account's menu");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.getByRole("button", { name: "Single keys on" }).click();
  await page.keyboard.press("?");
  assert.equal(await page.getByRole("dialog", { name: "Keys" }).count(), 0);
  await seat.leave();
});

test("narrow screens", async () => {
  const seat = await open(browser, gateway, { width: 360, height: 740 });
  await seat.signIn();
  await seat.page.getByRole("button", { name: "Navigation" }).click();
  await seat.accessible("the navigation of a phone");
  await seat.page.getByRole("link", { name: "Agents" }).click();
  await seat.page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
  const overflow = await seat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `it is ${overflow} pixels too wide`);
  await seat.picture("agents-phone");
  await seat.leave();
});
