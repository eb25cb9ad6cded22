// Agents: made, edited as form and as YAML, two people at once, versions, labels, rollback, clone, export, import, deleted.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";

let gateway;
let browser;
before(async () => {
  const files = { "agents/filed.yml": "system_prompt: You come from a file.\n" };
  [gateway, browser] = await Promise.all([startGateway({ files }), launch()]);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

test("a new one, changed by form and by YAML", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "agents");
  await page.getByRole("link", { name: "filed", exact: true }).waitFor();
  await seat.accessible("the list");
  await seat.picture("agents");
  await page.getByRole("button", { name: "New agent" }).click();
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText(/The id must/).waitFor();
  await page.getByLabel("Id (required)").fill("support");
  await page.getByLabel("System prompt").fill("You are brief.");
  await seat.accessible("a new agent");
  await seat.picture("agent-new");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "support", level: 1 }).waitFor();

  await page.getByLabel("Temperature").fill("7");
  await page.getByLabel("Temperature").blur();
  await page.getByText(/must be at most/).first().waitFor();
  await seat.accessible("a fault");
  await page.getByLabel("Temperature").fill("0.5");
  await page.getByLabel("Temperature").blur();
  await page.getByRole("button", { name: "YAML" }).click();
  const yaml = page.getByLabel("Definition");
  const text = await yaml.inputValue();
  assert.match(text, /temperature: 0.5/);
  await yaml.fill("system_prompt: [");
  await page.getByText(/is no YAML/).waitFor();
  await yaml.fill(text.replace("You are brief.", "You are very brief."));
  await page.getByRole("button", { name: "Save …" }).click();
  const dialog = page.getByRole("dialog", { name: "Save as a new version?" });
  await dialog.getByText("You are very brief.").waitFor();
  await seat.accessible("the difference");
  await seat.picture("agent-diff");
  await dialog.getByRole("button", { name: "Save version 2" }).click();
  await page.getByText("Version 2 was saved.").waitFor();
  const saved = await gateway.call("GET", "/agents/support");
  assert.equal(saved.system_prompt, "You are very brief.");
  assert.equal(saved.model.temperature, 0.5);
  await seat.leave();
});

test("two people at once lose nothing", async () => {
  await gateway.call("POST", "/agents", { id: "shared", system_prompt: "One." });
  const seat = await open(browser, gateway, { expected: ["412"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", "agents/shared");
  await page.getByLabel("System prompt").fill("Mine.");
  await gateway.call("PATCH", "/agents/shared", { system_prompt: "Theirs." });
  await page.getByRole("button", { name: "Save …" }).click();
  await page.getByRole("button", { name: "Save version 2" }).click();
  const conflict = page.getByRole("dialog", { name: "Version 2 was saved meanwhile" });
  await conflict.getByText("Theirs.").first().waitFor();
  await seat.accessible("the conflict");
  await seat.picture("agent-conflict");
  await conflict.getByRole("button", { name: "Save mine as version 3" }).click();
  await page.getByText("Version 3 was saved.").waitFor();
  assert.equal((await gateway.call("GET", "/agents/shared")).system_prompt, "Mine.");
  await seat.leave();
});

test("versions: compared, labelled, rolled back", async () => {
  await gateway.call("POST", "/agents", { id: "aged", system_prompt: "First." });
  await gateway.call("PATCH", "/agents/aged", { system_prompt: "Second." });
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "agents/aged?tab=versions");
  await page.getByRole("link", { name: "Version 2", exact: true }).click();
  await page.getByRole("region", { name: "From version 1 to version 2" }).getByText("Second.").waitFor();
  await page.getByRole("button", { name: "Label version 1" }).click();
  await page.getByLabel(/^Label; empty/).fill("live");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("live", { exact: true }).waitFor();
  await seat.accessible("versions");
  await seat.picture("agent-versions");
  await page.getByRole("button", { name: "Roll back to version 1" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
  await page.getByText("Version 3 is what version 1 was.").waitFor();
  assert.equal((await gateway.call("GET", "/agents/aged")).system_prompt, "First.");
  await seat.leave();
});

test("a file's agent says so; clone, export, import, quotas, delete", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "agents/filed");
  await page.getByText("your change stands until that file changes").waitFor();
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  const file = JSON.parse(readFileSync(await (await waiting).path(), "utf8"));
  assert.equal(file.id, "filed");
  await page.getByRole("button", { name: "Clone" }).click();
  await page.getByLabel("Id of the copy").fill("copied");
  await page.getByRole("dialog").getByRole("button", { name: "Clone" }).click();
  await page.getByRole("heading", { name: "copied", level: 1 }).waitFor();
  await page.getByRole("link", { name: "Quotas" }).click();
  await page.getByRole("region", { name: "Cost today" }).getByText("$0.00").waitFor();
  await seat.accessible("quotas");
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByLabel(/^Type/).fill("copied");
  await page.getByRole("button", { name: "Delete the agent" }).click();
  await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
  const imported = { name: "imported.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify({ ...file, id: "imported" })) };
  await page.getByLabel("The agent's file").setInputFiles(imported);
  await page.getByRole("heading", { name: "imported", level: 1 }).waitFor();
  await seat.go("agents");
  await page.getByRole("button", { name: "Read the files again" }).click();
  await page.getByRole("dialog").getByText("Unchanged: filed").waitFor();
  await seat.leave();
});

test("a viewer reads, and sees why it cannot write", async () => {
  const { email } = await gateway.person("viewer");
  const seat = await open(browser, gateway);
  await seat.signIn(email, "agents/filed");
  const save = seat.page.getByRole("button", { name: "Save …" });
  await save.waitFor();
  assert.equal(await save.getAttribute("aria-disabled"), "true");
  assert.equal(await save.getAttribute("title"), "This needs the role admin; yours is viewer.");
  await seat.accessible("an agent, read by a viewer");
  await seat.leave();
});
