// Workspace: members, invitations, service accounts with their tokens, grants, restrictions, settings, and one's own account.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { password, startGateway } from "./support/gateway.mjs";

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

test("an invitation is shown once, listed, and revoked", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(owner, "workspace");
  await page.getByRole("row", { name: /Olga \(you\)/ }).waitFor();
  await page.getByRole("button", { name: "Invite a person" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite a person" });
  await dialog.getByLabel("Email").fill("no address");
  await dialog.getByRole("button", { name: "Make the invitation" }).click();
  await dialog.getByText("must match").waitFor();
  await seat.accessible("the dialog of an invitation");
  await dialog.getByLabel("Email").fill("ina@example.org");
  await dialog.getByRole("radio", { name: /^admin/ }).check();
  await dialog.getByLabel("Good for").selectOption("86400");
  await dialog.getByRole("button", { name: "Make the invitation" }).click();
  const secret = page.getByRole("dialog", { name: "The invitation" });
  const link = await secret.getByLabel("Link", { exact: true }).inputValue();
  const code = await secret.getByLabel("Code", { exact: true }).inputValue();
  assert.equal(link, `${gateway.url}/console/invitation#invitation=${code}`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await secret.waitFor();
  await seat.accessible("a secret");
  await seat.picture("workspace-secret");
  await secret.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("row", { name: /ina@example.org admin/ }).waitFor();
  assert.equal(await page.getByText(code).count(), 0);
  await seat.accessible("invitations");
  await page.getByRole("button", { name: "Revoke the invitation for ina@example.org" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke the invitation" }).click();
  await page.getByText("Those that are open are listed here.").waitFor();
  await seat.leave();
});

test("members: roles are changed, a member is removed", async () => {
  const { email } = await gateway.person("member", "mia");
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(owner, "workspace");
  await page.getByRole("button", { name: "Change role of mia" }).click();
  await page.getByRole("radio", { name: /^admin/ }).check();
  await seat.accessible("the dialog of a role");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: /mia.*admin/ }).waitFor();
  await seat.accessible("the members");
  await seat.picture("workspace");
  const { data } = await gateway.call(
    "GET",
    `/workspaces/${(await gateway.call("GET", "/auth/me")).workspace_id}/members`,
  );
  const mia = data.find((it) => it.email === email);
  await seat.go(`workspace?user=${mia.user_id}`);
  await page.locator("mark", { hasText: "mia" }).waitFor();
  await page.getByRole("button", { name: "Remove mia" }).click();
  const dialog = page.getByRole("dialog", { name: "Remove mia?" });
  assert.ok(await dialog.getByRole("button", { name: "Remove the member" }).isDisabled());
  await dialog.getByLabel(/^Type/).fill(email);
  await dialog.getByRole("button", { name: "Remove the member" }).click();
  await page.getByText("mia was removed.").waitFor();
  await page.getByText("is not on this page of the list").waitFor();
  await seat.leave();
});

test("a service account, its tokens: issued, rotated with grace, revoked", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(owner, "workspace?tab=accounts");
  await page.getByRole("button", { name: "New service account" }).click();
  const made = page.getByRole("dialog", { name: "New service account" });
  await made.getByRole("textbox", { name: "Name" }).fill("ci");
  await made.getByRole("radio", { name: "only these" }).check();
  await made.getByRole("checkbox", { name: "agents:read", exact: true }).check();
  await made.getByRole("checkbox", { name: "auth:read", exact: true }).check();
  await seat.accessible("the dialog of a service account");
  await made.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "ci", level: 1 }).waitFor();
  await page.getByText("no program can call the gateway as this account yet").waitFor();

  await page.getByRole("button", { name: "Issue a token" }).click();
  const issue = page.getByRole("dialog", { name: "Issue a token" });
  await issue.getByLabel("Good for").selectOption("own");
  await issue.getByLabel("Good for, how many").fill("2");
  await issue.getByRole("button", { name: "Issue" }).click();
  const secret = page.getByRole("dialog", { name: "The token" });
  const first = await secret.getByLabel("Token", { exact: true }).inputValue();
  await secret.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("cell", { name: "never" }).first().waitFor();
  assert.equal((await gateway.call("GET", "/auth/me", undefined, first)).display_name, "ci");
  await page.reload();
  const row = page.getByRole("region", { name: "Tokens", exact: true }).getByRole("row").nth(1);
  await row.getByRole("cell").nth(1).getByRole("time").waitFor();
  await seat.accessible("a service account");
  await seat.picture("workspace-account");

  await row.getByRole("button", { name: /^Rotate/ }).click();
  await page.getByRole("dialog", { name: "Rotate the token" }).getByRole("button", { name: "Rotate" }).click();
  const second = await secret.getByLabel("Token", { exact: true }).inputValue();
  assert.notEqual(second, first);
  await secret.getByText("The old one is good until").waitFor();
  await secret.getByRole("button", { name: "I have kept it" }).click();
  await row.getByText("old one good until").waitFor();
  await gateway.call("GET", "/auth/me", undefined, first);
  await gateway.call("GET", "/auth/me", undefined, second);

  const id = (await row.getByRole("button", { name: /^Revoke/ }).getAttribute("aria-label")).split(" ").at(-1);
  await seat.go(`workspace?tab=accounts&token=${id}`);
  await page
    .getByRole("region", { name: "A token" })
    .getByRole("button", { name: /^Revoke/ })
    .click();
  await page.getByRole("button", { name: "Revoke the token" }).click();
  await page.getByText("The token was revoked.").waitFor();
  await assert.rejects(gateway.call("GET", "/auth/me", undefined, second), /401/);
  await page.getByRole("link", { name: "ci", exact: true }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("ci-2");
  await page.getByRole("checkbox", { name: "auth:read", exact: true }).uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "ci-2" }).waitFor();
  await page.getByText("1 scope", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByLabel(/^Type/).fill("ci-2");
  await page.getByRole("button", { name: "Delete the service account" }).click();
  await page.getByText("A service account is a program").waitFor();
  await seat.leave();
});

test("restrictions: all, only some, none; and who was faster", async () => {
  const seat = await open(browser, gateway, { expected: ["412"] });
  const { page } = seat;
  await seat.signIn(owner, "workspace?tab=restrictions");
  await page.getByText("They hold for all that asks").waitFor();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Change the restrictions" });
  const models = dialog.getByRole("group", { name: "Models" });
  await models.getByRole("radio", { name: "only these" }).check();
  await models.getByText("With an empty list, none may be asked.").waitFor();
  await models.getByRole("textbox").fill("echo\nclaude-*");
  await seat.accessible("the dialog of restrictions");
  const { workspace_id } = await gateway.call("GET", "/auth/me");
  await gateway.call("PUT", `/workspaces/${workspace_id}/restrictions`, { providers: ["echo"], models: null });
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page
    .getByRole("listitem")
    .filter({ hasText: /^echo$/ })
    .waitFor();
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await models.getByRole("radio", { name: "only these" }).check();
  await models.getByRole("textbox").fill("echo\nclaude-*");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("claude-*").waitFor();
  const now = await gateway.call("GET", `/workspaces/${workspace_id}/restrictions`);
  assert.deepEqual([now.providers, now.models], [["echo"], ["echo", "claude-*"]]);
  await seat.accessible("restrictions");
  await seat.picture("workspace-restrictions");
  await seat.leave();
});

test("an agent is lent to another workspace, accepted there, and returned", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn(owner, "workspace?tab=settings");
  const lender = await gateway.call("GET", "/auth/me");
  const other = await gateway.call("POST", "/workspaces", { name: "Borrowers" });
  await seat.accessible("the settings");
  await seat.go("workspace?tab=grants");
  await page.getByRole("button", { name: "Lend an agent" }).click();
  const dialog = page.getByRole("dialog", { name: "Lend an agent" });
  await dialog.getByLabel(/^Agent id/).fill("assistant");
  await dialog.getByLabel(/^Workspace id/).fill(other.id);
  await dialog.getByRole("button", { name: "Offer it" }).click();
  await page.getByRole("row", { name: /assistant.*lent to.*offered/ }).waitFor();
  await seat.accessible("the grants");

  await page.getByRole("button", { name: /^Workspace .*: change$/ }).click();
  await page.getByRole("button", { name: "Borrowers owner" }).click();
  await page.getByText("This is Borrowers now.").waitFor();
  await seat.go("workspace?tab=grants");
  await page.getByRole("button", { name: "Accept assistant" }).click();
  const row = page.getByRole("row", { name: /assistant.*borrowed from.*active/ });
  await row.getByText(lender.workspace_id).waitFor();
  await seat.picture("workspace-grants");
  await page.getByRole("button", { name: "Return assistant" }).click();
  await page.getByRole("button", { name: "Return the agent" }).click();
  await page.getByRole("row", { name: /assistant.*ended/ }).waitFor();

  await seat.go("workspace?tab=settings");
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Readers");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Readers", level: 1 }).waitFor();
  await page.getByRole("button", { name: "Delete this workspace" }).click();
  await page.getByLabel(/^Type/).fill("Readers");
  await seat.accessible("the end of a workspace");
  await page.getByRole("button", { name: "Delete the workspace and all that is in it" }).click();
  await page.getByLabel("Password").waitFor();
  assert.ok(!(await gateway.call("GET", "/workspaces")).data.some(({ id }) => id === other.id));
  await seat.context.close();
});

test("one's own account: sign-ins and password", async () => {
  const { email } = await gateway.person("viewer", "vera");
  const seat = await open(browser, gateway, { expected: ["403", "401", "422"] });
  const { page } = seat;
  await seat.signIn(email, "workspace?tab=you");
  const table = page.getByRole("region", { name: "Sign-ins" });
  await table.getByText("this one").waitFor();
  assert.equal(await table.getByRole("row").count(), 3);
  await seat.accessible("one's own account");
  await seat.picture("workspace-you");
  await page.getByRole("button", { name: "End all others" }).click();
  await page.getByText("All other sign-ins have ended.").waitFor();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await page.getByRole("button", { name: "Change the password" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the password" });
  await dialog.getByLabel("Current password").fill("not this one at all");
  await dialog.getByLabel("New password").fill("another long password");
  await dialog.getByRole("button", { name: "Change it" }).click();
  await dialog.getByRole("alert").waitFor();
  await seat.accessible("the dialog of the password");
  await dialog.getByLabel("Current password").fill(password);
  await dialog.getByRole("button", { name: "Change it" }).click();
  await page.getByText("The password was changed.").waitFor();
  await page.getByRole("button", { name: "Delete the account" }).click();
  await page.getByLabel("Current password").fill("another long password");
  await page.getByRole("button", { name: "Delete my account" }).click();
  await page.getByLabel("Password").waitFor();
  await assert.rejects(
    gateway.call(
      "POST",
      "/auth/token",
      { grant_type: "password", username: email, password: "another long password" },
      "",
    ),
    /invalid_grant/,
  );
  await seat.context.close();
});

test("a viewer sees the members, and why it may do no more", async () => {
  const { email } = await gateway.person("viewer", "vic");
  const seat = await open(browser, gateway, { width: 360, height: 740 });
  const { page } = seat;
  await seat.signIn(email, "workspace");
  const invite = page.getByRole("button", { name: "Invite a person" });
  assert.match(await invite.getAttribute("title"), /needs the role admin/);
  const remove = page.getByRole("button", { name: "Remove Olga" });
  assert.match(await remove.getAttribute("title"), /needs the role admin/);
  await seat.accessible("the members for a viewer");
  await seat.picture("workspace-phone");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `it is ${overflow} pixels too wide`);
  for (const tab of ["invitations", "accounts", "grants"]) {
    await seat.go(`workspace?tab=${tab}`);
    await page.getByText("This needs the role admin; yours is viewer.").first().waitFor();
  }
  await seat.accessible("what a viewer may not see");
  await seat.leave();
});
