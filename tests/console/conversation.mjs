// What a turn can do while one looks: come word by word, be cancelled, go on after a reload, wait for an approval, fail.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";
import { startUpstream } from "./support/upstream.mjs";

let gateway;
let browser;
let upstream;

function answers(question, hasResult, last) {
  if (question.includes("slowly")) return ["The first words. ", { wait: 3000 }, "The last words."];
  if (question.includes("for ever")) return ["It begins. ", { wait: 60_000 }, "It ends."];
  if (question.includes("time")) return hasResult ? [`The tool said ${last.slice(0, 200)}`] : [{ call: "current_time" }];
  return ["Yes."];
}

before(async () => {
  upstream = await startUpstream(answers);
  const more = `${upstream.configuration}memory:\n  enabled: false\n`;
  [gateway, browser] = await Promise.all([startGateway({ more }), launch()]);
  const tools = { allow: ["current_time"], require_approval: ["current_time"] };
  await gateway.call("POST", "/agents", { id: "careful", model: { provider: "scripted" }, tools });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
});

async function ask(seat, message) {
  await seat.page.getByLabel("Message", { exact: true }).fill(message);
  await seat.page.keyboard.press("Enter");
}

test("it goes on after a reload, and each word comes once", async () => {
  const seat = await open(browser, gateway);
  await seat.signIn("owner@example.org", "chat?agent=careful");
  await seat.page.getByRole("heading", { name: "Chat with careful" }).waitFor();
  await ask(seat, "Speak slowly");
  await seat.page.getByText("The first words.").first().waitFor();
  await seat.page.waitForURL(/chat\/ses_/);
  await seat.page.reload();
  await seat.page.getByText("The first words.").first().waitFor();
  await seat.page.getByRole("link", { name: "trace" }).waitFor();
  const said = await seat.page.locator("article .markdown").last().innerText();
  assert.equal(said.trim(), "The first words. The last words.");
  await seat.leave();
});

test("a turn is cancelled, and what was said is kept", async () => {
  const seat = await open(browser, gateway);
  await seat.signIn("owner@example.org", "chat?agent=careful");
  await seat.page.getByRole("heading", { name: "Chat with careful" }).waitFor();
  await ask(seat, "Speak for ever");
  await seat.page.getByText("It begins.").first().waitFor();
  await seat.accessible("a turn that is running");
  await seat.page.getByRole("button", { name: "Cancel the turn" }).click();
  await seat.page.getByText("cancelled", { exact: true }).waitFor();
  await seat.page.getByRole("article").filter({ hasText: "It begins." }).first().waitFor();
  await seat.leave();
});

test("a tool waits for an approval, in place", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "chat?agent=careful");
  await page.getByRole("heading", { name: "Chat with careful" }).waitFor();
  await ask(seat, "What is the time?");
  await page.getByRole("button", { name: "Approve" }).waitFor();
  await seat.accessible("an approval");
  await seat.picture("chat-approval");
  await page.getByLabel(/^Note/).fill("as it should be");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText(/The tool said/).first().waitFor();
  await page.getByText("Tool current_time").click();
  await seat.accessible("a call of a tool");
  await ask(seat, "What is the time now?");
  await page.getByRole("button", { name: "Deny" }).click();
  await page.getByRole("article").filter({ hasText: "The tool said" }).nth(1).waitFor();
  await seat.leave();
});
