// Chat: a conversation from the picker to the fork, resumed after a reload, cancelled, two versions side by side.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";

let gateway;
let browser;
before(async () => {
  [gateway, browser] = await Promise.all([startGateway(), launch()]);
  await gateway.call("POST", "/agents", { id: "helper", display_name: "Helper" });
  await gateway.call("PATCH", "/agents/helper", { system_prompt: "You are brief." });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

test("a conversation", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "chat?agent=helper");
  await page.getByRole("heading", { name: "Chat with helper" }).waitFor();
  await seat.accessible("the picker");
  await page.getByLabel("Message", { exact: true }).fill("Good **morning** to [you](https://example.org/a)");
  await page.keyboard.press("Enter");
  const answer = page.getByRole("article").filter({ has: page.getByRole("heading", { name: "helper" }) });
  await answer.locator("strong", { hasText: "morning" }).waitFor();
  await answer.getByText("(example.org)").waitFor();
  await answer.getByRole("link", { name: "trace" }).waitFor();
  await page.getByRole("rowheader", { name: "History" }).waitFor();
  await seat.accessible("a conversation");
  await seat.picture("chat");

  const address = page.url();
  await page.getByLabel("Message", { exact: true }).fill("A second one");
  await page.getByRole("button", { name: "Send" }).click();
  await answer.filter({ hasText: "A second one" }).getByRole("link", { name: "trace" }).waitFor();
  await page.reload();
  await answer.filter({ hasText: "A second one" }).waitFor();

  await page.getByRole("button", { name: "As code" }).click();
  await page.getByRole("button", { name: "TypeScript" }).click();
  await page.getByText("client.chat.send(").waitFor();
  await seat.accessible("as code");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: /^Fork from this message, assistant/ }).first().click();
  await page.waitForURL((url) => url.href !== address);
  await answer.first().waitFor();
  assert.equal(await page.getByText("A second one").count(), 0, "it is a copy up to the message");
  await seat.leave();
});

test("two versions side by side", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "chat?agent=helper&version=1&against=2");
  await page.getByRole("combobox", { name: "Beside it" }).locator("option", { hasText: "2" }).waitFor({ state: "attached" });
  await page.getByLabel("Message", { exact: true }).fill("The same to both");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Version 1" }).waitFor();
  await page.getByRole("heading", { name: "Version 2" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".took").length === 2);
  await seat.accessible("side by side");
  await seat.picture("chat-beside");
  await seat.leave();
});

test("a viewer is told why it cannot", async () => {
  const { email } = await gateway.person("viewer");
  const seat = await open(browser, gateway);
  await seat.signIn(email, "chat");
  await seat.page.getByText("This needs the role member; yours is viewer.").waitFor();
  await seat.accessible("chat of a viewer");
  await seat.leave();
});
