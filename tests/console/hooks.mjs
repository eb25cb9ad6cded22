// Hooks: a webhook from its secret to its end, deliveries with their attempts, what failed sent again.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";
import { reachable, startReceiver } from "./support/receiver.mjs";

let gateway;
let browser;
let receiver;
let status = 204;
before(async () => {
  receiver = await startReceiver(() => (status === 204 ? [204, ""] : [status, "<b>Out of order</b>"]));
  [gateway, browser] = await Promise.all([startGateway({ more: reachable(receiver.port) }), launch()]);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
  await receiver?.stop();
});

/** Whether a delivery was signed with a secret, by the rules of Standard Webhooks. */
function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const signature = `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
  return headers["webhook-signature"].split(" ").includes(signature);
}

async function until(isSo) {
  while (!(await isSo())) await new Promise((done) => setTimeout(done, 50));
}

/** An event that webhooks get. */
let agents = 0;
const something = () => gateway.call("POST", "/agents", { id: `made-${++agents}` });

test("a webhook: made, its secret shown once, tested, edited, rotated", async () => {
  const seat = await open(browser, gateway, { expected: ["422"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", "hooks");
  await page.getByText("There is no webhook yet.").waitFor();
  await seat.accessible("no webhooks");
  await page.getByRole("button", { name: "Make the first one" }).click();
  const dialog = page.getByRole("dialog", { name: "New webhook" });
  await dialog.getByLabel("agent.updated").check();
  await dialog.getByRole("button", { name: "Make the webhook" }).click();
  await dialog.getByText("is required").waitFor();
  await dialog.getByLabel(/^Url/).fill(`${receiver.url}/crm`);
  await dialog.getByLabel("Description").fill("To the CRM");
  await dialog.getByRole("button", { name: "Add a header" }).click();
  await dialog.getByLabel("Name of the header 1").fill("X-Team");
  await dialog.getByLabel("Value of the header 1").fill("sales");
  await seat.accessible("a new webhook");
  await seat.picture("hook-new");
  await dialog.getByRole("button", { name: "Make the webhook" }).click();
  const shown = page.getByRole("dialog", { name: "The secret of the webhook" });
  const secret = await shown.getByLabel("the secret").first().inputValue();
  assert.match(secret, /^whsec_/);
  await seat.accessible("the secret");
  await shown.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("heading", { name: "To the CRM", level: 1 }).waitFor();

  await page.getByRole("button", { name: "Test", exact: true }).click();
  await page.getByRole("heading", { name: "webhook.test", level: 1 }).waitFor();
  await page.getByText("succeeded", { exact: true }).waitFor();
  await page.getByRole("heading", { name: "Attempt 1 204" }).waitFor();
  const came = receiver.received.at(-1);
  assert.ok(isSigned(came, secret));
  assert.equal(came.headers["x-team"], "sales");
  await seat.accessible("a delivery");
  await seat.picture("delivery");
  await page.getByRole("link", { name: "The webhook and its deliveries" }).click();
  await page.getByRole("img", { name: "the last 24 hours: 1 succeeded" }).waitFor();

  await page.keyboard.press("e");
  const edit = page.getByRole("dialog", { name: "Edit the webhook" });
  await edit.getByRole("button", { name: "Remove X-Team" }).click();
  await edit.getByLabel("job.failed").check();
  await edit.getByLabel("Payload").selectOption("thin");
  await edit.getByRole("button", { name: "Save" }).click();
  await page.getByText("agent.updated, job.failed").waitFor();
  await page.getByText("thin: the id of what it is about").waitFor();
  await page.getByText("X-Team").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Rotate the secret" }).click();
  await page.getByRole("button", { name: "Make a new secret" }).click();
  const next = await shown.getByLabel("the secret").first().inputValue();
  assert.notEqual(next, secret);
  await shown.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText(/signs until/).waitFor();
  await something();
  await until(() => receiver.received.at(-1).body.includes("agent.updated"));
  assert.ok(isSigned(receiver.received.at(-1), next) && isSigned(receiver.received.at(-1), secret));
  assert.equal(receiver.received.at(-1).headers["x-team"], undefined);
  await seat.accessible("a webhook");
  await seat.picture("hook");
  await seat.leave();
});

test("what failed: why, again, and all since a time", async () => {
  const seat = await open(browser, gateway, { expected: ["404"] });
  const { page } = seat;
  const { webhook } = await gateway.call("POST", "/webhooks", { url: `${receiver.url}/broken`, events: ["agent.updated"] });
  const deliveries = (query = "") => gateway.call("GET", `/webhooks/${webhook.id}/deliveries${query}`).then(({ data }) => data);
  status = 500;
  await something();
  await until(async () => (await deliveries())[0]?.attempt_count > 0);
  await seat.signIn("owner@example.org", "hooks");
  const row = page.getByRole("row", { name: new RegExp(`${receiver.url}/broken`) });
  await row.getByText("failing").waitFor();
  await seat.accessible("the webhooks");
  await seat.picture("hooks");
  await row.getByRole("link").first().click();
  const table = page.getByRole("table", { name: "Deliveries" });
  await table.getByText("500").first().waitFor();
  const [failing] = await deliveries();
  await seat.go(`hooks?delivery=${failing.id}`);
  await page.waitForURL(new RegExp(`hooks/${webhook.id}/deliveries/${failing.id}`));
  await page.getByText("<b>Out of order</b>").first().waitFor();
  await seat.accessible("a delivery that failed");
  await seat.picture("delivery-failed");
  status = 204;
  await page.getByRole("button", { name: "Redeliver" }).click();
  await page.getByText("succeeded", { exact: true }).waitFor();

  // Switched off while one waits: that one has failed.
  status = 500;
  await something();
  await until(async () => (await deliveries())[0]?.attempt_count > 0);
  await page.getByRole("link", { name: "The webhook and its deliveries" }).click();
  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("button", { name: "Switch it off" }).click();
  await page.getByText("The webhook is off.").waitFor();
  const recover = page.getByRole("button", { name: "Recover …" });
  await page.getByRole("button", { name: "Enable" }).waitFor();
  assert.match(await recover.getAttribute("title"), /switch it on first/);
  await until(async () => (await deliveries("?status=failed")).length === 1);
  status = 204;
  await page.getByRole("button", { name: "Enable" }).click();
  await page.getByRole("button", { name: "Disable" }).waitFor();
  await recover.click();
  await seat.accessible("recover");
  await page.getByRole("button", { name: "Send them again" }).click();
  await page.getByRole("heading", { name: "webhook_recover", level: 1 }).waitFor();
  await until(async () => (await deliveries("?status=succeeded")).length === 2);
  await seat.go(`hooks/${webhook.id}`);
  await page.getByRole("link", { name: "failed 0", exact: true }).click();
  await page.getByText("Nothing matches").waitFor();
  await page.getByRole("button", { name: "Clear the filter" }).click();
  await page.getByLabel("Made in").selectOption("1h");
  await table.getByRole("button", { name: /^Redeliver/ }).first().waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByLabel(/^Type/).fill(webhook.id);
  await page.getByRole("button", { name: "Delete the webhook" }).click();
  await page.getByText("The webhook was deleted.").waitFor();
  await seat.leave();
});

test("the events, and a viewer", async () => {
  const { email } = await gateway.person("viewer");
  const seat = await open(browser, gateway);
  await seat.signIn(email, "hooks");
  await seat.page.getByText("This needs the role admin; yours is viewer.").first().waitFor();
  await seat.accessible("hooks of a viewer");
  await seat.page.getByRole("link", { name: "Events that are sent" }).click();
  await seat.page.getByRole("row", { name: /webhook\.disabled/ }).waitFor();
  await seat.accessible("the events");
  await seat.picture("hooks-events");
  await seat.leave();
});

test("a phone", async () => {
  const { webhook } = await gateway.call("POST", "/webhooks", { url: `${receiver.url}/phone`, description: "On a phone" });
  await gateway.call("POST", `/webhooks/${webhook.id}/test`);
  const seat = await open(browser, gateway, { width: 360, height: 740 });
  const overflow = () => seat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await seat.signIn("owner@example.org", "hooks");
  await seat.page.getByRole("link", { name: "On a phone" }).waitFor();
  assert.ok((await overflow()) <= 0, `the list is ${await overflow()} pixels too wide`);
  await seat.picture("hooks-phone");
  await seat.page.getByRole("link", { name: "On a phone" }).click();
  await seat.page.getByRole("table", { name: "Deliveries" }).waitFor();
  assert.ok((await overflow()) <= 0, `a webhook is ${await overflow()} pixels too wide`);
  await seat.picture("hook-phone");
  await seat.leave();
});
