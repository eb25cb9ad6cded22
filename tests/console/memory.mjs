// Memory: lists by tier, search with its sources, one memory with its history, the graph, profiles, evaluation, taking back.

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

const write = (body) => gateway.call("POST", "/memory", { tier: "daily", ...body });
const relation = (from, kind, to) => ({ from: { name: from }, kind, to: { name: to } });

test("nothing yet, a first memory, and the search that finds it", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "memory");
  await page.getByText("Nothing is remembered yet").waitFor();
  await seat.accessible("nothing yet");
  await page.getByRole("button", { name: "Write a memory" }).click();
  await seat.accessible("writing");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("is required").waitFor();
  await page.getByLabel(/^Content/).fill("Releases are made on Tuesdays.");
  await page.getByLabel(/^Slot/).fill("release day");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Releases are made on Tuesdays." }).waitFor();
  const [, id] = /\/memory\/(mem_\w+)/.exec(page.url());

  await seat.go("memory?tab=daily");
  await page.getByRole("link", { name: "Releases are made on Tuesdays." }).waitFor();
  await seat.accessible("the list");
  await seat.picture("memory");
  await page.getByLabel("Search the tier daily").fill("release day Tuesdays");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=release/);
  await page.getByText(/BM25 \d/).waitFor();
  await page.getByRole("button", { name: "Answers it?" }).click();
  await page.getByRole("button", { name: "It answers" }).waitFor();
  await seat.accessible("hits");
  await seat.picture("memory-search");

  await page.getByRole("link", { name: "Evaluate" }).click();
  await page.getByText("1 question.").waitFor();
  assert.match(await page.getByLabel("Questions, one a line").inputValue(), new RegExp(id));
  await page.getByRole("button", { name: "Measure" }).click();
  await page.getByText("1.000", { exact: true }).first().waitFor();
  const made = await gateway.call("POST", "/memory-profiles", { name: "Nothing", tiers_enabled: { daily: false } });
  await page.reload();
  await page
    .getByLabel("Questions, one a line")
    .fill(`{"question": "release day Tuesdays", "relevant": ["${id}"]}\n{"question"`);
  await page.locator("#questions-hint").getByText("Line 2 is no JSON.").waitFor();
  await page.getByLabel("Questions, one a line").fill(`{"question": "release day Tuesdays", "relevant": ["${id}"]}`);
  await page.getByRole("button", { name: "Measure" }).click();
  await page.getByRole("heading", { name: "Results" }).waitFor();
  await page.getByRole("combobox", { name: "Memory profile" }).selectOption(made.id);
  await page.getByRole("button", { name: "Measure" }).click();
  await page.getByText("−1.000").first().waitFor();
  await page.getByText("not found").waitFor();
  await seat.accessible("results");
  await seat.picture("memory-evaluate");
  await seat.leave();
});

test("one memory: changed, in conflict, reverted, deleted and brought back", async () => {
  const { id } = await write({ content: "The office is in Berlin.", slot: "office" });
  const seat = await open(browser, gateway, { expected: ["412", "404"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", `memory/${id}`);
  await page.getByRole("heading", { name: "The office is in Berlin." }).waitFor();
  await page.keyboard.press("e");
  await page.getByLabel(/^Content/).fill("The office is in Hamburg.");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "The office is in Hamburg." }).waitFor();
  await page.getByText("Version 2, updated").waitFor();
  await page.locator(".diff .removed").filter({ hasText: "Berlin" }).waitFor();
  await seat.accessible("a memory");
  await seat.picture("memory-one");

  await page.getByRole("button", { name: "Change", exact: true }).click();
  await gateway.call("PATCH", `/memory/${id}`, { content: "The office is in Bremen." });
  await page.getByLabel(/^Content/).fill("The office is in Kiel.");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "It was changed meanwhile" }).waitFor();
  await page.getByRole("region", { name: "Changes of others" }).getByText("Bremen").waitFor();
  await seat.accessible("a conflict");
  await page.getByRole("button", { name: "Save mine all the same" }).click();
  await page.getByRole("heading", { name: "The office is in Kiel." }).waitFor();

  await page.keyboard.press("]");
  await page.waitForURL(/version=/);
  await page.getByRole("button", { name: /^Version 1 created/ }).click();
  await page.getByRole("button", { name: "Revert to version 1" }).click();
  await page.getByRole("heading", { name: "The office is in Berlin." }).waitFor();

  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete the memory" }).click();
  await page.waitForURL(/\/console\/memory$/);
  await seat.go(`memory/${id}?version=1`);
  await page.getByText("Its history, if it is there, can bring it back.").waitFor();
  await page.getByRole("button", { name: "Revert to version 1" }).click();
  await page.getByRole("heading", { name: "The office is in Berlin." }).waitFor();
  await seat.leave();
});

test("the graph as a drawing and as a list", async () => {
  const relations = ["Kafka", "Postgres", "Rust", "Ana", "Ben"].map((it) => relation("Kestrel", "uses", it));
  await write({ tier: "graph", content: "Kestrel and what it uses.", data: { relations } });
  const { id } = await write({
    tier: "graph",
    content: "Kafka needs Java.",
    data: { relations: [relation("Kafka", "needs", "Java")] },
  });
  const seat = await open(browser, gateway, { expected: ["404"] });
  const { page } = seat;
  await seat.signIn("owner@example.org", "memory?tab=graph");
  await page.getByLabel("Entity, by name or id").fill("kestrel");
  await page.keyboard.press("Enter");
  await page.getByText("6 entities, 5 edges").waitFor();
  await page.getByLabel("Edges away").selectOption("2");
  await page.getByText("7 entities, 6 edges").waitFor();
  const drawing = page.getByRole("region", { name: "Drawing of the neighbours" });
  assert.equal(await drawing.getByRole("link").count(), 7);
  await seat.accessible("the graph");
  await seat.picture("memory-graph");
  await drawing.getByRole("link", { name: /^Java/ }).click();
  await page.waitForURL(/start=ent_/);
  await page.getByRole("region", { name: "Edges" }).getByRole("link", { name: id }).click();
  await page.getByRole("heading", { name: "Kafka needs Java." }).waitFor();
  await page.getByRole("heading", { name: "Around what it is about" }).waitFor();
  await page.getByRole("button", { name: "Java" }).click();
  await page.getByText("2 entities, 1 edge").waitFor();
  await seat.go("memory?tab=graph&start=Nothing");
  await page.getByText("The graph has no entity that is called").waitFor();
  await seat.leave();
});

test("what is known of the caller, set and removed", async () => {
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "memory?tab=profile");
  await page.getByText("Nothing is known of you yet.").waitFor();
  await page.getByRole("button", { name: "Set a field" }).click();
  await page.getByLabel("Field", { exact: true }).fill("favourite_colour");
  await page.getByLabel("Value: a text, or JSON").fill("green");
  await page.getByRole("button", { name: "Set it" }).click();
  await page.getByRole("cell", { name: "green" }).waitFor();
  await seat.accessible("what is known");
  await seat.picture("memory-known");
  await page.getByRole("button", { name: "Remove favourite_colour" }).click();
  await page.getByText("Nothing is known of you yet.").waitFor();
  await seat.leave();
});

test("memory profiles: made, changed, given to an agent, deleted", async () => {
  await gateway.call("POST", "/agents", { id: "clerk" });
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", "memory?tab=rules");
  await page.getByRole("button", { name: "New profile" }).click();
  await page.getByLabel(/^Name/).fill("Support");
  await seat.accessible("a new profile");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name: "Support" }).waitFor();
  await page.getByLabel(/^Max context chunks/).fill("7");
  await page.getByLabel(/^Max context chunks/).blur();
  await page.getByRole("button", { name: "Review and save" }).click();
  await page.getByRole("region", { name: "Changes" }).getByText('"max_context_chunks": 7').waitFor();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("version 2", { exact: true }).waitFor();
  await page.getByLabel("Agent", { exact: true }).fill("clerk");
  await page.getByRole("button", { name: "Give it to this agent" }).click();
  await page.getByRole("link", { name: "clerk" }).waitFor();
  await seat.accessible("a profile");
  await seat.picture("memory-profile");
  await page.getByRole("button", { name: "Take away from clerk" }).click();
  await page.getByText("No agent has it.").waitFor();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete the profile" }).click();
  await page.waitForURL(/tab=rules/);
  await seat.leave();
});

test("a turn is undone, memory is shared, exported and imported, a user is purged", async () => {
  const said = await gateway.call("POST", "/chat", {
    agent_id: "assistant",
    message: "Remember that our build server is called Hydra.",
  });
  const seat = await open(browser, gateway);
  const { page } = seat;
  await seat.signIn("owner@example.org", `memory?session_id=${said.session_id}`);
  await page.getByRole("link", { name: /Hydra/ }).first().waitFor();
  await page.getByRole("link", { name: /Hydra/ }).first().click();
  await page.getByRole("link", { name: said.turn_id }).waitFor();
  await page.getByText("In the user's words").waitFor();
  await seat.picture("memory-provenance");
  await page.getByRole("button", { name: "Undo its turn" }).click();
  await seat.accessible("the question");
  await page.getByRole("button", { name: "Undo the turn" }).click();
  await page.getByRole("heading", { name: "It was taken back" }).waitFor();
  await page.getByRole("dialog").getByText("deleted", { exact: true }).waitFor();
  await seat.accessible("the account");

  await seat.go(`memory?tab=back&session=${said.session_id}`);
  await page.getByRole("heading", { name: "Purge a user" }).waitFor();
  await seat.accessible("taking back");
  await seat.picture("memory-back");
  await page.getByRole("button", { name: "Forget the session …" }).click();
  await page.getByRole("button", { name: "Forget the session", exact: true }).click();
  await page.getByRole("heading", { name: "It was taken back" }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();

  const member = await gateway.person("member", "gone");
  const { id } = await gateway.call("GET", "/auth/me", undefined, member.token);
  await page.getByRole("textbox", { name: "User", exact: true }).fill(id);
  await page.getByRole("button", { name: "Purge the user …" }).click();
  assert.ok(await page.getByRole("button", { name: "Purge the user", exact: true }).isDisabled());
  await page.getByLabel(/^Type/).fill(id);
  await page.getByRole("button", { name: "Purge the user", exact: true }).click();
  await page.getByText("are gone").first().waitFor();

  await write({ content: "We decided to release on Fridays." });
  await seat.go("memory?tab=move");
  await page.getByRole("heading", { name: "Share with the workspace" }).waitFor();
  await seat.accessible("sharing and moving");
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByText(/^New in the workspace: \d+ of/).waitFor();
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("link", { name: /^the job job_/ }).waitFor();
  await page.getByLabel(/^Text/).fill('{"results": [{"memory": "Likes green tea."}]}');
  await page.getByRole("button", { name: "Import" }).click();
  await page
    .getByRole("link", { name: /^the job job_/ })
    .nth(1)
    .waitFor();
  await seat.picture("memory-move");
  await seat.leave();
});

test("a viewer is told why it sees nothing; a phone in the dark", async () => {
  const viewer = await gateway.person("viewer");
  const seat = await open(browser, gateway);
  await seat.signIn(viewer.email, "memory");
  await seat.page.getByText("This needs the role member").first().waitFor();
  await seat.accessible("not allowed");
  await seat.leave();
  const relations = ["Kafka", "Postgres", "Rust"].map((it) => relation("Osprey", "uses", it));
  await write({ tier: "graph", content: "Osprey and what it uses.", data: { relations } });
  const phone = await open(browser, gateway, { width: 390, height: 844, dark: true });
  await phone.signIn("owner@example.org", "memory?tab=graph&start=Osprey");
  await phone.page.getByText("4 entities, 3 edges").waitFor();
  await phone.picture("memory-phone-dark");
  const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `the page is ${wide} wide`);
  await phone.leave();
});
