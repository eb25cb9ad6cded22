// Signing in by password, by token, and what is shown when it fails or ends.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { password, startGateway } from "./support/gateway.mjs";

// The console names its requests itself.
const requestId = /[0-9a-f]{8}-[0-9a-f]{4}-4/;

let gateway;
let browser;
before(async () => {
  [gateway, browser] = await Promise.all([startGateway(), launch()]);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

test("a password, and a link that survives it", async () => {
  const seat = await open(browser, gateway);
  await seat.go("agents/assistant?tab=versions");
  await seat.accessible("the sign-in page");
  await seat.picture("signin");
  await seat.signIn("owner@example.org", "agents/assistant?tab=versions");
  assert.equal(new URL(seat.page.url()).pathname, "/console/agents/assistant");
  assert.equal(new URL(seat.page.url()).search, "?tab=versions");
  await seat.page.reload();
  await seat.page.getByRole("navigation", { name: "Pages" }).waitFor();
  await seat.page.getByRole("button", { name: /^Account/ }).click();
  await seat.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await seat.page.getByRole("heading", { name: "Sign in to Astra" }).waitFor();
  await seat.leave();
});

test("a wrong password, in the gateway's words", async () => {
  const seat = await open(browser, gateway, { expected: ["400", "401"] });
  await seat.go();
  await seat.page.getByLabel("E-mail").fill("owner@example.org");
  await seat.page.getByLabel("Password").fill("wrong horse battery staple");
  await seat.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await seat.page.getByRole("alert").filter({ hasText: requestId }).waitFor();
  await seat.leave();
});

test("a token, kept for the tab, and what is said when it is revoked", async () => {
  const account = await gateway.call("POST", "/auth/service-accounts", { name: "console", role: "admin" });
  const issued = await gateway.call("POST", `/auth/service-accounts/${account.id}/tokens`, {});
  const seat = await open(browser, gateway, { expected: ["401"] });
  await seat.go();
  await seat.page.getByRole("button", { name: "Use a token" }).click();
  await seat.page.getByLabel("Token").fill(issued.access_token ?? issued.secret ?? issued.token.secret);
  await seat.page.getByRole("button", { name: "Use the token" }).click();
  await seat.page.getByRole("navigation", { name: "Pages" }).waitFor();
  await seat.page.reload();
  await seat.page.getByRole("navigation", { name: "Pages" }).waitFor();
  await gateway.call("DELETE", `/auth/service-accounts/${account.id}`);
  await seat.page.getByRole("heading", { name: "Sign in to Astra" }).waitFor();
  await seat.page.getByRole("alert").filter({ hasText: requestId }).waitFor();
  await seat.leave();
});

test("an invitation makes an account", async () => {
  const me = await gateway.call("GET", "/auth/me");
  const body = { email: "ida@example.org", role: "member" };
  const invitation = await gateway.call("POST", `/workspaces/${me.workspace_id}/invitations`, body);
  const seat = await open(browser, gateway);
  await seat.go(`invitation#invitation=${encodeURIComponent(invitation.code)}`);
  assert.ok(!seat.page.url().includes("#"), "the code is taken out of the address");
  await seat.accessible("the invitation");
  await seat.page.getByLabel("Name").fill("Ida");
  await seat.page.getByLabel("E-mail").fill("ida@example.org");
  await seat.page.getByLabel("Password").fill(password);
  await seat.page.getByRole("button", { name: "Make the account" }).click();
  await seat.page.getByText("Ida, member").waitFor();
  await seat.leave();
});

test("a sign-in that is kept on the device: other tabs come along, and go along", async () => {
  const seat = await open(browser, gateway);
  await seat.go();
  await seat.page.getByLabel("E-mail").fill("owner@example.org");
  await seat.page.getByLabel("Password").fill(password);
  await seat.page.getByLabel("Stay signed in on this device").check();
  await seat.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await seat.page.getByText("Olga, owner").waitFor();
  const other = await seat.context.newPage();
  await other.goto(`${gateway.url}/console/agents`);
  await other.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
  // Both renew the same sign-in, one after the other.
  await Promise.all([seat.page.reload(), other.reload()]);
  await seat.page.getByText("Olga, owner").waitFor();
  await other.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
  await seat.page.getByRole("button", { name: /^Account/ }).click();
  await seat.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await seat.page.getByRole("heading", { name: "Sign in to Astra" }).waitFor();
  await other.getByRole("heading", { name: "Sign in to Astra" }).waitFor();
  await seat.leave();
});

test("no secret stays in an address or a place that lasts", async () => {
  const seat = await open(browser, gateway);
  await seat.signIn();
  await seat.page.getByText("Olga, owner").waitFor();
  const kept = await seat.page.evaluate(() => [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie]);
  assert.ok(!/eyJ/.test(kept.join()), "no access token is kept");
  assert.ok(!/fam_/.test(kept[0]) && kept[2] === "", "the refresh token is kept for the tab alone");
  assert.match(kept[1], /fam_/);
  await seat.leave();
});
