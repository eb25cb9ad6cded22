// Traces: the list, its filters, and a trace as waterfall, list, flame and JSON, with two thousand spans.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";
import { startScripted } from "./support/scripted.mjs";

let gateway;
let browser;
let upstream;

/** What the model does by what it is asked: many calls, one call, a failure, or an answer. */
function scripted(messages) {
  const last = messages.findLastIndex(({ role }) => role === "user");
  const { content } = messages[last];
  const text = typeof content === "string" ? content : content.map((part) => part.text).join("\n");
  // What is remembered, and questions without an answer, stand before the question.
  const question = text.trim().split("\n").at(-1);
  const rounds = messages.slice(last).filter(({ role }) => role === "assistant").length;
  const calls = (count) => ({
    calls: Array.from({ length: count }, (_, at) => ({
      tool: "current_time",
      arguments: { time_zone: at % 2 ? "Asia/Tokyo" : "UTC" },
    })),
  });
  if (question.includes("very busy") && rounds < 16) return calls(128);
  if (question.includes("what time") && rounds < 1) return calls(2);
  if (question.includes("broken")) return { status: 400, content: "the model has no answer to this" };
  return { content: `It is done. ${"A long answer. ".repeat(100)}` };
}

before(async () => {
  upstream = await startScripted(scripted);
  const more = `providers:
  scripted: {protocol: openai, base_url: "${upstream.url}", api_key: none, default_model: m1}`;
  [gateway, browser] = await Promise.all([startGateway({ more }), launch()]);
  const tools = { allow: ["current_time"], max_rounds: 20 };
  await gateway.call("POST", "/agents", { id: "timely", model: { provider: "scripted", model: "m1" }, tools });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
});

const ask = (message, more = {}) => gateway.call("POST", "/chat", { agent_id: "timely", message, ...more });

test("nothing yet, the list as it grows, its filters, and nothing that matches", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "traces");
  await page.getByText("A trace says how a turn went").waitFor();
  await seat.accessible("nothing yet");
  await ask("what time is it?");
  await page.getByRole("link", { name: "what time is it?" }).waitFor();
  await ask("a broken one").catch(() => undefined);
  await page.locator("td").getByText("failed", { exact: true }).waitFor();
  await page.getByText("50.0 %").waitFor();
  await seat.accessible("the list");
  await seat.picture("traces");

  await page.keyboard.press(".");
  await ask("one more");
  await page.getByRole("button", { name: "1 new" }).click();
  await page.getByRole("link", { name: "one more" }).waitFor();

  await page.getByLabel("Status").selectOption("failed");
  await page.getByRole("link", { name: "one more" }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "a broken one" }).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 1);
  await page.getByLabel("Request").fill("req_that_began_nothing");
  await page.keyboard.press("Enter");
  await page.getByText("Only requests that began a turn have a trace").waitFor();
  await seat.accessible("nothing that matches");
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await page.getByLabel("Began in").selectOption("24h");
  await page.getByText("in the last 24 hours").waitFor();
  await page.getByRole("link", { name: "a broken one" }).click();
  await page.getByText("The turn did not complete").waitFor();
  await page.getByText("the model has no answer to this").first().waitFor();
  await seat.leave();
});

test("a trace: its views, a span with what was said, zoom, find, and the traces beside it", async () => {
  const opened = await gateway.call("POST", "/sessions", { agent_id: "timely", surface: "test", surface_id: "one" });
  const { trace_id, session_id } = await ask("and what time was it?", { session_id: opened.id });
  const second = await ask("what time will it be?", { session_id });
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", `traces/${trace_id}`);
  const rows = page.getByRole("option");
  await rows.filter({ hasText: "tool current_time" }).first().click();
  const panel = page.getByRole("complementary");
  await panel.getByRole("heading", { name: "tool current_time" }).waitFor();
  await panel.getByText("of the 2 of its round").waitFor();
  await panel.getByText('"time_zone": "UTC"').waitFor();
  assert.match(page.url(), /span=\d+/);
  await seat.accessible("the waterfall");
  await seat.picture("trace-waterfall");

  // By keys alone, to the answer of the last round.
  await page.getByRole("listbox").focus();
  await page.keyboard.press("End");
  const count = await rows.count();
  await page.keyboard.press("ArrowUp");
  await rows.filter({ hasText: "inference" }).last().click();
  await panel.getByRole("heading", { name: "Output" }).waitFor();
  await panel.getByRole("button", { name: "All 1,512 characters" }).click();
  await panel.locator("pre").filter({ hasText: "A long answer." }).waitFor();

  await page.keyboard.press("+");
  await page.waitForURL(/range=/);
  await page.keyboard.press("0");
  await page.waitForURL((url) => !url.search.includes("range"));
  await page.evaluate(() => scrollTo(0, 0));
  const box = await page.locator(".strip canvas").boundingBox();
  await page.mouse.move(box.x + 1, box.y + 5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 3, box.y + 5, { steps: 3 });
  await page.mouse.up();
  await page.waitForURL(/range=/);
  await page.getByRole("button", { name: "Whole turn" }).click();

  await page.keyboard.press("/");
  await page.keyboard.type("Asia/Tokyo");
  await page.getByText(/^\d+ of \d+ spans$/).waitFor();
  assert.ok((await rows.count()) < count);
  await page.getByLabel("Find in the trace").fill("");

  await page.getByRole("link", { name: "List", exact: true }).click();
  await page.getByRole("table").getByText("inference m1").first().waitFor();
  await page.getByRole("link", { name: "duration" }).click();
  await seat.accessible("the list of spans");
  await seat.picture("trace-list");

  await page.getByRole("link", { name: "Flame" }).click();
  const flame = page.getByRole("group", { name: /^Flame of/ });
  await flame.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await seat.accessible("the flame");
  await seat.picture("trace-flame");

  await page.getByRole("link", { name: "JSON" }).click();
  await page.getByText(`"trace_id": "${trace_id}"`).waitFor();
  await page.keyboard.press("[");
  await page.waitForURL((url) => url.pathname.endsWith(second.trace_id));
  await page.getByRole("heading", { name: "what time will it be?" }).waitFor();
  await page.keyboard.press("[");
  await page.getByText("There is no newer trace").waitFor();

  await page.getByRole("button", { name: /^Run again in Chat/ }).click();
  await page.waitForURL(/\/console\/chat\/ses_/);
  const copy = new URL(page.url()).pathname.split("/").at(-1);
  await page.getByRole("article").filter({ hasText: "It is done." }).nth(1).waitFor();
  const session = await gateway.call("GET", `/sessions/${copy}`);
  assert.equal(session.pinned_version, 1);
  assert.equal(session.message_count, 8, "the turn before, and the question again");
  await seat.leave();
});

test("two thousand spans", async (t) => {
  const { trace_id } = await ask("a very busy one");
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "traces");
  for (const view of ["waterfall", "list", "flame"]) {
    await page.evaluate(() => performance.clearMarks());
    await seat.go(`traces/${trace_id}?view=${view}`);
    await page.locator(".strip canvas").waitFor();
    await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, `trace drawn: ${view}`);
    const took = await page.evaluate((name) => {
      const answered = performance.getEntriesByType("resource").findLast((it) => it.name.includes("/traces/trc_"));
      return performance.getEntriesByName(name).at(-1).startTime - answered.responseEnd;
    }, `trace drawn: ${view}`);
    t.diagnostic(`${view}: drawn ${Math.round(took)} ms after the answer had come`);
    const elements = await page.locator("main *").count();
    assert.ok(elements < 2_500, `${view} has ${elements} elements: only what is in sight is drawn`);
  }
  const box = await page.locator(".flame canvas").boundingBox();
  assert.ok(box.height > 0);
  await seat.picture("trace-flame-busy");
  await seat.go(`traces/${trace_id}`);
  const list = page.getByRole("listbox", { name: /^20\d\d spans/ });
  await list.focus();
  await page.keyboard.press("End");
  await page.getByRole("option", { selected: true, name: /inference/ }).waitFor();
  await seat.picture("trace-waterfall-busy");
  await page.getByLabel("Find in the trace").fill("Asia/Tokyo");
  await page.getByText(/^2,0\d\d of 2,0\d\d spans$/).waitFor();
  await seat.leave();
});

test("a member sees its own, a viewer is told why it sees none", async () => {
  const member = await gateway.person("member");
  const seat = await open(browser, gateway);
  await seat.signIn(member.email, "traces");
  await seat.page.getByText("A trace says how a turn went").waitFor();
  await seat.leave();
  const viewer = await gateway.person("viewer");
  const other = await open(browser, gateway);
  await other.signIn(viewer.email, "traces");
  await other.page.getByText("This needs the role member").first().waitFor();
  await other.page.getByText("failed or interrupted").waitFor();
  await other.accessible("not allowed");
  await other.leave();
});

test("on a phone, and in the dark", async () => {
  const { trace_id } = await ask("what time is it there?");
  const seat = await open(browser, gateway, { width: 390, height: 844, dark: true });
  await seat.signIn("owner@example.org", "traces");
  await seat.picture("traces-phone-dark");
  await seat.go(`traces/${trace_id}?span=2`);
  await seat.page.getByRole("listbox").waitFor();
  await seat.picture("trace-phone-dark");
  const wide = await seat.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `the page is ${wide} wide`);
  await seat.leave();
});
