// Tools: the list with an agent's policy, a tool that is tried, an MCP server from its connection to its end, approvals.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";
import { startMcp } from "./support/mcp.mjs";
import { reachable } from "./support/receiver.mjs";
import { startUpstream } from "./support/upstream.mjs";

let gateway;
let browser;
let upstream;
let mcp;

const remote = [
  {
    name: "search",
    description: "Finds customers.\nIt takes a while.",
    inputSchema: {
      type: "object",
      required: ["query"],
      properties: {
        query: { type: "string", description: "What is looked for.", minLength: 2 },
        limit: { type: "integer", minimum: 1, maximum: 5 },
        kinds: { type: "array", items: { $ref: "#/$defs/Kind" } },
      },
      $defs: { Kind: { type: "string" } },
    },
    annotations: { readOnlyHint: true },
    run: ({ query, limit }) => `found ${query}, at most ${limit ?? "all"}`,
  },
  {
    name: "drop",
    description: "Removes a customer.",
    inputSchema: { type: "object", properties: { id: { type: "string" } } },
    annotations: { destructiveHint: true },
    run: ({ id }) => `dropped ${id}`,
  },
];

function answers(question, hasResult, last) {
  if (question.includes("time")) return hasResult ? [`The tool said ${last.slice(0, 100)}`] : [{ call: "current_time" }];
  return ["Yes."];
}

before(async () => {
  [upstream, mcp] = await Promise.all([startUpstream(answers), startMcp("Customers", remote)]);
  const configured = `mcp:\n  servers:\n    filed:\n      url: http://127.0.0.1:1/mcp\n`;
  const more = `${upstream.configuration}${reachable(mcp.port, 1)}${configured}memory:\n  enabled: false\n`;
  [gateway, browser] = await Promise.all([startGateway({ more }), launch()]);
  const tools = { allow: ["current_time", "calculate"], require_approval: ["current_time"] };
  await gateway.call("POST", "/agents", { id: "careful", model: { provider: "scripted" }, tools });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
  await mcp?.stop();
});

/** A turn that waits for a decision. */
async function waiting(token = gateway.token) {
  const asked = gateway.call("POST", "/chat", { agent_id: "careful", message: "What is the time?" }, token);
  for (;;) {
    const { data } = await gateway.call("GET", "/tools/approvals?status=pending");
    if (data.length > 0) return { id: data[0].id, asked };
    await new Promise((done) => setTimeout(done, 50));
  }
}

test("the tools, and what an agent's policy says of each", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "tools");
  const table = page.getByRole("table", { name: "Tools" });
  await table.getByRole("link", { name: "calculate" }).waitFor();
  await seat.accessible("the tools");
  await page.getByLabel("What may be called by").selectOption("careful");
  assert.ok(page.url().endsWith("?agent=careful"));
  await table.getByRole("row", { name: /calculate/ }).getByText("allowed").waitFor();
  await table.getByRole("row", { name: /current_time/ }).getByText("needs approval").waitFor();
  await page.getByRole("region", { name: "Policy of careful" }).getByText("current_time").first().waitFor();
  await seat.accessible("a policy");
  await seat.picture("tools");
  await seat.leave();
});

test("a tool is tried by a form of its schema", async () => {
  const seat = await open(browser, gateway, { expected: ["422"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", "tools/calculate?agent=careful");
  await page.getByRole("heading", { name: "Try it" }).waitFor();
  await page.getByRole("button", { name: "Call it" }).click();
  await page.getByText("is required").waitFor();
  await page.getByLabel(/^Expression/).fill("6 * 7");
  await page.getByRole("button", { name: "Call it" }).click();
  await page.getByText("it answered").waitFor();
  await page.getByRole("region", { name: "Code, answer" }).getByText("42").waitFor();
  await seat.accessible("a tool");
  await seat.picture("tool");
  await page.getByLabel(/^Expression/).fill("6 *");
  await page.getByRole("button", { name: "Call it" }).click();
  await page.getByText("it failed").waitFor();
  await seat.leave();
});

test("an MCP server: connected, its tools, disconnected", async () => {
  const seat = await open(browser, gateway, { expected: ["404", "422"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", "tools?tab=servers");
  await page.getByRole("row", { name: /filed/ }).getByText("failed").waitFor();
  await seat.accessible("the servers");
  await page.getByRole("link", { name: "filed" }).click();
  const off = page.getByRole("button", { name: "Disconnect" });
  assert.match(await off.getAttribute("title"), /described by the gateway's configuration/);
  await page.getByRole("link", { name: "All MCP servers" }).click();

  await page.getByRole("button", { name: "Connect a server" }).click();
  const dialog = page.getByRole("dialog", { name: "Connect an MCP server" });
  await dialog.getByLabel("A program on the gateway's machine").check();
  await dialog.getByLabel(/^Command/).waitFor();
  await dialog.getByLabel("At an address").check();
  await dialog.getByLabel("Name", { exact: false }).first().fill("customers");
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  await dialog.getByText("transport/url is required").waitFor();
  await dialog.getByLabel(/^Url/).fill(mcp.url);
  await dialog.getByLabel(/^It wants a token/).check();
  await dialog.getByLabel(/^Client secret/).waitFor();
  await dialog.getByLabel(/^It wants a token/).uncheck();
  await dialog.getByRole("button", { name: "Add a header" }).click();
  await dialog.getByLabel("Name of the header 1").fill("X-Key");
  await dialog.getByLabel("Value of the header 1").fill("a-secret");
  await seat.accessible("a new server");
  await seat.picture("server-new");
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("heading", { name: "customers", level: 1 }).waitFor();
  await page.getByText("connected", { exact: true }).waitFor();
  await page.getByText("Customers 1.2.3").waitFor();
  assert.equal(mcp.headers.at(-1)["x-key"], "a-secret");
  await page.getByRole("button", { name: "Calls behind this page" }).click();
  const calls = page.getByRole("dialog", { name: "Calls behind this page" });
  await calls.getByRole("button", { name: /tools\.connect_server/ }).click();
  assert.ok(!(await page.content()).includes("a-secret"));
  await page.keyboard.press("Escape");
  await seat.accessible("a server");
  await seat.picture("server");

  await page.getByRole("link", { name: "customers__search" }).click();
  await page.getByText("list of text").waitFor();
  await page.getByLabel(/^Query/).fill("x");
  await page.getByLabel(/^Limit/).fill("9");
  await page.getByRole("button", { name: "Call it" }).click();
  await page.getByText("needs 2 characters").waitFor();
  await page.getByText("must be at most 5").waitFor();
  await page.getByLabel(/^Query/).fill("Miller");
  await page.getByLabel(/^Limit/).fill("3");
  await page.getByRole("button", { name: "Call it" }).click();
  await page.getByText("found Miller, at most 3").waitFor();

  await seat.go("tools/customers__drop");
  await page.getByText("destructive").first().waitFor();
  await page.getByLabel("Id").fill("7");
  await page.getByRole("button", { name: "Call it" }).click();
  await page.getByRole("dialog", { name: "Call customers__drop?" }).getByRole("button", { name: "Call it" }).click();
  await page.getByText("dropped 7").waitFor();

  await seat.go("tools/servers/customers");
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.getByLabel(/^Type/).fill("customers");
  await page.getByRole("button", { name: "Disconnect the server" }).click();
  await page.getByText("The server was disconnected.").waitFor();
  await page.getByRole("row", { name: /customers/ }).waitFor({ state: "detached" });
  await seat.leave();
});

test("approvals come by themselves, and are decided", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "tools?tab=approvals");
  await page.getByText("No call waits for a decision").waitFor();
  await seat.accessible("an empty inbox");
  const first = await waiting();
  const article = page.getByRole("article", { name: /current_time/ });
  await article.getByRole("timer").getByText(/\d+ s left/).waitFor();
  await seat.accessible("an approval");
  await seat.picture("approvals");
  await page.keyboard.press("j");
  await page.waitForFunction(() => document.activeElement?.matches("article.approval"));
  await article.getByLabel(/^Note/).fill("go on");
  await article.getByRole("button", { name: "Approve" }).click();
  assert.equal((await first.asked).status, "completed");
  await page.getByText("No call waits for a decision").waitFor();

  const second = await waiting();
  await article.getByRole("button", { name: "Deny" }).click();
  await second.asked;
  await page.getByRole("link", { name: "denied", exact: true }).click();
  await page.getByRole("article").getByText(/Decided by/).waitFor();
  await seat.go(`tools?tab=approvals&id=${first.id}`);
  await page.getByRole("article").getByText("go on").waitFor();
  await page.getByRole("button", { name: "All approvals" }).click();
  await page.getByRole("link", { name: "all", exact: true }).click();
  await page.getByRole("article").nth(1).waitFor();
  await seat.accessible("what was decided");
  await seat.leave();
});

test("a viewer and a member see what they may, and why not the rest", async () => {
  const viewer = await gateway.person("viewer");
  let seat = await open(browser, gateway);
  await seat.signIn(viewer.email, "tools/calculate");
  const button = seat.page.getByRole("button", { name: "Call it" });
  await button.waitFor();
  assert.equal(await button.getAttribute("title"), "This needs the role member; yours is viewer.");
  await seat.go("tools?tab=servers");
  await seat.page.getByText("This needs the role admin; yours is viewer.").first().waitFor();
  await seat.go("tools?tab=approvals");
  await seat.page.getByText("This needs the role member; yours is viewer.").first().waitFor();
  await seat.accessible("approvals of a viewer");
  await seat.leave();

  const member = await gateway.person("member");
  const { id, asked } = await waiting(member.token);
  seat = await open(browser, gateway);
  await seat.signIn(member.email, "tools?tab=approvals");
  const approve = seat.page.getByRole("button", { name: "Approve" });
  assert.equal(await approve.getAttribute("title"), "This needs the role admin; yours is member.");
  await gateway.call("POST", `/tools/approvals/${id}/deny`, {});
  await asked;
  await seat.page.getByText("No call waits for a decision").waitFor();
  await seat.leave();
});

test("a phone", async () => {
  const seat = await open(browser, gateway, { width: 360, height: 740 });
  const overflow = () => seat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await seat.signIn("owner@example.org", "tools?agent=careful");
  await seat.page.getByRole("table", { name: "Tools" }).waitFor();
  assert.ok((await overflow()) <= 0, `the list is ${await overflow()} pixels too wide`);
  await seat.picture("tools-phone");
  await seat.go("tools/calculate");
  await seat.page.getByRole("heading", { name: "Try it" }).waitFor();
  assert.ok((await overflow()) <= 0, `a tool is ${await overflow()} pixels too wide`);
  await seat.picture("tool-phone");
  await seat.leave();
});
