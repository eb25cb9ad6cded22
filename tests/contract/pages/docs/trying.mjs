// Trying operations out, with the token that was given at the door.

import assert from "node:assert/strict";
import { picture } from "./browser.mjs";
import { section } from "./reading.mjs";

async function dialogOf(page, tag, method, path) {
  const place = await section(page, tag, method, path);
  await place.getByRole("button", { name: /^Test Request/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  return { dialog, send: () => dialog.locator("[data-addressbar-action=send]:visible").click() };
}

async function shut(page, dialog) {
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
}

export async function asksWithTheToken(page) {
  const { dialog, send } = await dialogOf(page, "auth", "GET", "/auth/me");
  const answered = page.waitForResponse((response) => response.url().endsWith("/auth/me"));
  await send();
  assert.equal((await answered).status(), 200);
  await dialog.getByText("200 OK").waitFor();
  await picture(page, "tried");
  await shut(page, dialog);
}

// The first word is there before the second was sent, and the rest when it comes. `hold` keeps it back.
export async function streamsLive(page, hold) {
  const letGo = hold();
  const { dialog, send } = await dialogOf(page, "chat", "POST", "/chat/stream");
  await send();
  await dialog.getByText('"delta":"What "').waitFor();
  const early = await dialog.innerText();
  assert.ok(!early.includes('"delta":"is "') && !early.includes("event: done"), "what is held back is not there");
  await picture(page, "stream-begun");
  letGo();
  await dialog.getByText("event: done").waitFor();
  await picture(page, "stream-done");
  await shut(page, dialog);
}

// The reader stops a stream that would go on. Returns the turn's id.
export async function stopsAStream(page, hold) {
  const letGo = hold();
  const { dialog, send } = await dialogOf(page, "chat", "POST", "/chat/stream");
  await send();
  await dialog.getByText('"delta":"What "').waitFor();
  const cut = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/chat/stream"));
  await dialog.getByRole("button", { name: "Cancel" }).last().click();
  await cut;
  letGo();
  const text = await dialog.innerText();
  assert.ok(!text.includes("event: done"));
  await shut(page, dialog);
  return text.match(/"turn_id":"(trn_\w+)"/)[1];
}

// And goes on after the second event, which is the example of `Last-Event-ID`: it is sent when it is ticked.
export async function resumes(page, turn) {
  const { dialog, send } = await dialogOf(page, "chat", "GET", "/chat/turns/{turn_id}/events");
  const row = (name) => dialog.getByRole("row", { name: new RegExp(`Include ${name} in request`) });
  await row("turn_id").getByRole("combobox", { name: "Value" }).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(turn);
  await row("Last-Event-ID").getByRole("checkbox").check();
  await send();
  await dialog.getByText("event: done").waitFor();
  const ids = (await dialog.innerText()).match(/^id: \d+$/gm);
  assert.equal(ids[0], "id: 3", "what was seen is not sent again");
  await picture(page, "resumed");
  await shut(page, dialog);
}

// The gateway does not know the token any more: back to the door, which says so.
export async function noticesTheEnd(page) {
  const { send } = await dialogOf(page, "auth", "GET", "/auth/me");
  await send();
  await page.getByText(/no longer accepts this token/).waitFor();
  assert.equal(await page.evaluate(() => globalThis.sessionStorage.length), 0);
  await picture(page, "door-expired");
}

// The same when the page is loaded again.
export async function asksAgain(page) {
  await page.reload();
  await page.getByText(/refused the token: .+ \(401\)/).waitFor();
  assert.equal(await page.evaluate(() => globalThis.sessionStorage.length), 0, "what is of no use is not kept");
}

export async function signsOut(page) {
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByLabel("Access token").waitFor();
  assert.equal(await page.evaluate(() => globalThis.sessionStorage.length), 0, "the token is forgotten");
  await page.reload();
  await page.getByLabel("Access token").waitFor();
}
