// Sessions: the list, its filters, one session, and everything that can be done with it.

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

async function talked(...messages) {
  const session = await gateway.call("POST", "/sessions", { agent_id: "assistant", surface: "test", surface_id: `${Math.random()}` });
  for (const message of messages) await gateway.call("POST", "/chat", { agent_id: "assistant", session_id: session.id, message });
  return session.id;
}

test("nothing yet, the list, and nothing that matches", async () => {
  const seat = await open(browser, gateway);
  await seat.signIn("owner@example.org", "sessions");
  await seat.page.getByText("A session is a conversation").waitFor();
  const id = await talked("Hello there");
  // The event of the new session brings it, without a reload.
  await seat.page.getByRole("link", { name: id }).waitFor();
  await seat.accessible("the list");
  await seat.picture("sessions");
  await seat.page.getByLabel("Agent").fill("another");
  await seat.page.keyboard.press("Enter");
  await seat.page.getByText("Nothing matches").waitFor();
  assert.ok(seat.page.url().endsWith("?agent_id=another"));
  await seat.accessible("nothing that matches");
  await seat.page.getByRole("button", { name: "Clear the filter" }).first().click();
  await seat.page.getByRole("link", { name: id }).waitFor();
  await seat.page.keyboard.press("j");
  await seat.page.keyboard.press("Enter");
  await seat.page.getByRole("heading", { name: "Session with assistant" }).waitFor();
  await seat.leave();
});

test("one session: followed, edited, forked, compacted, archived, deleted", async () => {
  const id = await talked("First words", "Second words", "Third words");
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", `sessions/${id}`);
  await page.getByText("followed live").waitFor();
  await page.getByRole("article").filter({ hasText: "Third words" }).first().waitFor();
  await gateway.call("POST", "/chat", { agent_id: "assistant", session_id: id, message: "Words that came later" });
  await page.getByRole("article").filter({ hasText: "Words that came later" }).first().waitFor();
  await seat.accessible("a session");
  await seat.picture("session");

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Title").fill("A named one");
  await page.getByLabel("Pinned version").fill("1");
  await seat.accessible("the dialog");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "A named one" }).waitFor();
  await page.getByText("pinned to version 1").waitFor();

  await page.getByRole("button", { name: "Compact" }).click();
  await page.getByText("The older messages were summarised.").waitFor();

  await page.getByRole("button", { name: "Fork", exact: true }).first().click();
  await page.waitForURL((url) => !url.pathname.endsWith(id));
  const copy = page.url().split("/").at(-1);
  await page.getByRole("article").filter({ hasText: "Third words" }).first().waitFor();

  await page.getByRole("button", { name: "Archive and begin anew" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive and begin anew" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(copy));
  await seat.go(`sessions/${copy}`);
  await page.getByText("archived", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Delete" }).click();
  assert.ok(await page.getByRole("button", { name: "Delete the session" }).isDisabled());
  await page.getByLabel(/^Type/).fill(copy);
  await page.getByRole("button", { name: "Delete the session" }).click();
  await page.getByRole("heading", { name: "Sessions", level: 1 }).waitFor();
  await seat.leave();
});
